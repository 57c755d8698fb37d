#!/usr/bin/env bash
# Builds static/vendor from the npm packages pinned here: same pins, same bytes.
# Running Rungs needs none of this.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")"

out=../static/vendor
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

version_of() { node -p "require('$1/package.json').version"; }

keep_policy_in_colour_bars() {
  # Redrawing a colour bar empties style attributes by writing them, which our Content-Security-Policy
  # reports; removing them does the same. The build stops if upstream has changed the line.
  local source=node_modules/plotly.js/src/components/colorbar/draw.js
  [ "$(grep -c "attr('style', '')" "$source")" = 2 ]
  sed -i "s/attr('style', '')/attr('style', null)/" "$source"
}

bundle_plotly() {
  # maplibre's stylesheet is the only CSS that core imports, and we draw no maps.
  node_modules/.bin/esbuild plotly-entry.js --bundle --minify --format=iife --global-name=Plotly \
    --define:global=window --target=es2018 --loader:.css=empty --legal-comments=none \
    --banner:js="/*! plotly.js $(version_of plotly.js), changed (vendor/build.sh), MIT; see LICENSES.txt */" \
    --metafile="$scratch/bundle.json" --outfile="$scratch/plotly.min.js" --log-level=warning
}

copy_htmx() {
  install -m 644 node_modules/htmx.org/dist/htmx.min.js "$scratch/htmx.min.js"
}

npm ci --loglevel=error
keep_policy_in_colour_bars
bundle_plotly
copy_htmx
node bootstrap-css.mjs > "$scratch/bootstrap.min.css"
node plotly-css.mjs > "$scratch/plotly.css"
node icons.mjs > "$scratch/icons.svg"
node licences.mjs "$scratch/bundle.json" > "$scratch/LICENSES.txt"
node manifest.mjs "$scratch" > "$scratch/manifest.json"

mkdir -p "$out"
for file in plotly.min.js plotly.css bootstrap.min.css htmx.min.js icons.svg LICENSES.txt manifest.json; do
  install -m 644 "$scratch/$file" "$out/$file"
done
(cd "$out" && sha256sum ./*)
