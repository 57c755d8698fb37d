// Prints plotly.css: the rules that plotly.js puts into a <style> element as it loads, which our
// Content-Security-Policy forbids. Linked with that element's id they take its place.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const OURS = [
  // plotly.js asks for this with a style attribute; without it heatmap cells are smoothed together.
  ".js-plotly-plot .heatmaplayer image{image-rendering:pixelated}",
  "@media (prefers-reduced-motion:reduce){.js-plotly-plot .plotly *{transition:none!important}}",
];

const require = createRequire(import.meta.url);

function plotlyRules() {
  const rules = [];
  // Each rule goes in before the ones already there, as insertRule(…, 0) does in the browser.
  const addStyleRule = (selector, body) => rules.unshift(`${selector}{${body}}`);
  const source = readFileSync(require.resolve("plotly.js/build/plotcss.js"), "utf8");
  new Function("require", source)(() => ({ addStyleRule }));
  return rules;
}

const rules = plotlyRules();
if (rules.length < 50) throw new Error(`plotly.js gave only ${rules.length} style rules`);
const { version } = require("plotly.js/package.json");
console.log([`/*! plotly.js ${version}, MIT; see LICENSES.txt */`, ...rules, ...OURS].join("\n"));
