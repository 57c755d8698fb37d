// Prints LICENSES.txt: the licence of everything in static/vendor. Argument: esbuild's metafile of
// the plotly.js bundle, which says whose code is in it. Fails on a licence nobody has looked at.
import { readFileSync, readdirSync } from "node:fs";

const ACCEPTED = ["0BSD", "BSD-3-Clause", "MIT", "Zlib"];
const FOLDER = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;

function bundledPackages(metafile) {
  const [output] = Object.values(JSON.parse(readFileSync(metafile, "utf8")).outputs);
  const used = Object.entries(output.inputs).filter(([, input]) => input.bytesInOutput);
  const code = used.map(([path]) => path).filter((path) => !path.endsWith(".css"));
  return code.filter((path) => FOLDER.test(path)).map((path) => path.match(FOLDER)[1]);
}

function describe(name) {
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  const about = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const { version, license } = about;
  if (!ACCEPTED.includes(license)) throw new Error(`${name}: nobody has looked at ${license}`);
  return { name, version, license, text: licenceFile(folder) ?? standardText(about) };
}

function licenceFile(folder) {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  return file && readFileSync(new URL(file, folder), "utf8").replace(/\r\n/g, "\n").trim();
}

// A few small packages name the MIT licence and their author in package.json only.
function standardText({ name, license, author }) {
  if (license !== "MIT" || !author) throw new Error(`${name}: no licence text`);
  const holder = (author.name ?? author).replace(/\s*<.*/, "");
  const mit = readFileSync(new URL("node_modules/bootstrap/LICENSE", import.meta.url), "utf8");
  return `Copyright (c) ${holder}\n\n${mit.slice(mit.indexOf("Permission is hereby")).trim()}`;
}

const section = ({ name, version, license, text }) =>
  `${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}\n\n${text}\n`;

const direct = ["bootstrap", "bootstrap-icons", "htmx.org", "plotly.js"];
const names = [...new Set([...direct, ...bundledPackages(process.argv[2]).sort()])];
const intro = `Licences of the files in this directory

bootstrap.min.css is bootstrap, icons.svg is made from bootstrap-icons, plotly.css from plotly.js,
htmx.min.js is htmx.org.
plotly.min.js is plotly.js and, inside it, every other package named below.
`;
console.log([intro, ...names.map((name) => section(describe(name)))].join("\n").trimEnd());
