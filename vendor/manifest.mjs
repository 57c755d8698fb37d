// Prints manifest.json: which package and version each file comes from, and its sha256. Argument: the
// directory that holds the files.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = {
  "bootstrap.min.css": "bootstrap",
  "htmx.min.js": "htmx.org",
  "icons.svg": "bootstrap-icons",
  "plotly.css": "plotly.js",
  "plotly.min.js": "plotly.js",
};

const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

const entry = ([file, name]) => {
  const bytes = readFileSync(join(process.argv[2], file));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return [file, { package: name, version: dependencies[name], sha256 }];
};

console.log(JSON.stringify(Object.fromEntries(Object.entries(SOURCES).map(entry)), null, 2));
