// Prints icons.svg: one sprite with the Bootstrap icons that pages use, each a <symbol> with the name
// it has upstream.
import { readFileSync } from "node:fs";

const NAMES = `
  arrow-down arrow-left arrow-repeat arrow-right arrow-up bar-chart-line book box-arrow-in-right
  box-arrow-right building bullseye calendar3 check2 check2-circle chevron-down chevron-left
  chevron-right circle-half clipboard-check clock cloud-slash copy dash download envelope
  exclamation-triangle flag gear graph-up info-circle lightbulb link-45deg list list-check lock
  moon-stars pencil people person person-plus plus-lg printer question-circle search
  shield-check sun trash x-lg
`.trim().split(/\s+/);

function symbol(name) {
  const file = new URL(`node_modules/bootstrap-icons/icons/${name}.svg`, import.meta.url);
  const svg = readFileSync(file, "utf8");
  const [, attributes, drawing] = svg.match(/^<svg([^>]*)>(.*)<\/svg>\s*$/s);
  const [viewBox] = attributes.match(/viewBox="[^"]+"/);
  return `<symbol id="${name}" ${viewBox}>${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
}

const opening = '<svg xmlns="http://www.w3.org/2000/svg">';
console.log([opening, ...NAMES.map(symbol), "</svg>"].join("\n"));
