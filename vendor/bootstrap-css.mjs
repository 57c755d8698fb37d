// Prints bootstrap.min.css without the components that do nothing without Bootstrap's script, which
// Rungs does not ship (docs/decisions/0004), and those for which it has pieces of its own: a third of
// what every page would fetch first.
import { readFileSync } from "node:fs";

const NEED_THE_SCRIPT = `
  accordion carousel collapse collapsing dropdown dropdown-menu dropend dropstart dropup modal navbar
  offcanvas popover bs-popover tab-content tab-pane toast tooltip bs-tooltip
`.trim().split(/\s+/);
const HAVE_OUR_OWN = "badge breadcrumb card list-group page-item page-link pagination placeholder"
  .split(" ");

const file = new URL("node_modules/bootstrap/dist/css/bootstrap.min.css", import.meta.url);
// Hashed static files refuse a source map that is not there.
const css = readFileSync(file, "utf8").replace(/\/\*# sourceMappingURL=[^*]*\*\//, "");

const names = [...NEED_THE_SCRIPT, ...HAVE_OUR_OWN].join("|");
const dropped = new RegExp(String.raw`\.(?:${names})(?![a-z])`);
const COMMA = /,(?![^(]*\))/; // not one within :not(…)

// Cut a style sheet into its rules, as what stands before the braces and what stands between them.
function* rules(text) {
  let start = 0;
  while (true) {
    const opens = text.indexOf("{", start);
    if (opens < 0) return;
    let end = opens + 1;
    for (let depth = 1; depth > 0; end += 1) {
      if (text[end] === "{") depth += 1;
      if (text[end] === "}") depth -= 1;
    }
    yield [text.slice(start, opens), text.slice(opens + 1, end - 1)];
    start = end;
  }
}

function trimmed(text) {
  let kept = "";
  for (const [selector, body] of rules(text)) {
    if (/^@(media|supports)/.test(selector)) {
      const inside = trimmed(body);
      if (inside) kept += `${selector}{${inside}}`;
    } else {
      const selectors = selector.split(COMMA).filter((each) => !dropped.test(each));
      if (selectors.length) kept += `${selectors.join(",")}{${body}}`;
    }
  }
  return kept;
}

const result = trimmed(css);
if (result.length > css.length * 0.9) throw new Error("nothing was left out: has Bootstrap changed?");
console.log(result);
