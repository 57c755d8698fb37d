// A chart arrives as a picture the server drew. The first time the reader points at it, touches it,
// tabs into it or presses Explore, Plotly is fetched (once a page) and drawn over the picture, in the
// same box.
//
//   <figure class="chart" data-figure="fig-1" data-filename="name of a download, without ending">
//     <figcaption>…</figcaption>
//     <div class="chart-drawing"><svg role="img">…</svg></div>
//     <p class="chart-status" role="status"></p>
//     <button type="button" class="chart-explore" hidden>Explore</button>
//     <button type="button" class="chart-png" hidden>PNG</button>
//     <a class="chart-svg" href="the same as a picture that stands alone">SVG</a>
//     {{ figure|json_script:"fig-1" }}                                           {data, layout}
//   </figure>
//
// Colours in {data, layout} are names: "var(--chart-1)", or "var(--chart-1) 0.15" for a fill.

const lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
const touchScreen = window.matchMedia("(pointer: coarse)");

const CONFIG = {
  responsive: true,
  displayModeBar: touchScreen.matches ? false : "hover",
  displaylogo: false,
  showTips: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};
const FAILED =
  "The interactive chart could not be loaded; the picture and table below hold the same figures.";
const NO_PNG = "The PNG could not be made; the SVG beside it is the same picture.";
const SHARPER = 2;
const COLOUR = /^var\((--[\w-]+)\)(?: (0?\.\d+|[01]))?$/;
const MARKUP = /<(?!br>|extra>|\/extra>)/g;

const upgrades = new Map(); // figure → promise of its plot element, of null if it cannot be drawn

// Plotly itself

const address = (name) => document.querySelector(`meta[name="${name}"]`).content;

function insert(element) {
  return new Promise((resolve, reject) => {
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${element.href ?? element.src} could not be loaded`));
    document.head.append(element);
  });
}

// plotly.js looks for this id and class, and then does not write a <style> element of its own. So a
// link that failed stays until it is tried again.
async function loadStyle() {
  const id = "plotly.js-style-global";
  document.getElementById(id)?.remove();
  const attributes = { id, className: "no-inline-styles", rel: "stylesheet" };
  const href = address("plotly-css");
  await insert(Object.assign(document.createElement("link"), attributes, { href }));
}

async function loadScript() {
  if (window.Plotly) return;
  await insert(Object.assign(document.createElement("script"), { src: address("plotly-js") }));
}

let library = null;

function loadPlotly() {
  library ??= Promise.all([loadStyle(), loadScript()])
    .then(() => window.Plotly)
    .catch((error) => {
      library = null;
      throw error;
    });
  return library;
}

// Colours and style

function colourReader(figure) {
  return (name, alpha = 1) => {
    const probe = figure.appendChild(document.createElement("span"));
    probe.hidden = true;
    probe.style.color = `var(${name})`;
    const [red, green, blue] = window.getComputedStyle(probe).color.match(/[\d.]+/g);
    probe.remove();
    return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
  };
}

// Names that people typed must not become markup: plotly.js would set style attributes and links.
function plainText(text, colour) {
  const [, name, alpha] = text.match(COLOUR) ?? [];
  return name ? colour(name, alpha) : text.replace(MARKUP, "&lt;");
}

function resolved(value, colour) {
  if (typeof value === "string") return plainText(value, colour);
  if (Array.isArray(value)) return value.map((item) => resolved(item, colour));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]) => [key, resolved(item, colour)]);
  return Object.fromEntries(entries);
}

function template(figure, colour) {
  const [text, grid, paper] = ["text", "grid", "bg"].map((name) => colour(`--chart-${name}`));
  const font = { family: window.getComputedStyle(figure).fontFamily, size: 13, color: text };
  const lines = { gridcolor: grid, linecolor: grid, zerolinecolor: grid, tickcolor: grid };
  const axis = { ...lines, ticks: "outside", ticklen: 4, automargin: true };
  const shades = [[0, grid], [1, colour("--chart-1")]];
  return {
    data: { heatmap: [{ xgap: 1, ygap: 1, colorscale: shades, colorbar: { outlinewidth: 0 } }] },
    layout: {
      font,
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      margin: { l: 48, r: 16, t: 32, b: 40 },
      colorway: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => colour(`--chart-${n}`)),
      xaxis: axis,
      yaxis: axis,
      polar: { bgcolor: paper, radialaxis: lines, angularaxis: lines },
      hoverlabel: { bgcolor: paper, bordercolor: grid, font },
      modebar: { bgcolor: "rgba(0, 0, 0, 0)", color: text, activecolor: colour("--chart-1") },
      dragmode: touchScreen.matches ? false : "zoom",
    },
  };
}

// Returns what Plotly.newPlot and Plotly.react take after the element.
function plotArguments(figure) {
  const colour = colourReader(figure);
  const source = JSON.parse(document.getElementById(figure.dataset.figure).textContent);
  const { width, height, transition, ...layout } = resolved(source.layout, colour);
  const style = { autosize: true, uirevision: "kept", template: template(figure, colour) };
  if (transition && !lessMotion.matches) style.transition = transition;
  return [resolved(source.data, colour), { ...layout, ...style }, CONFIG];
}

// One figure

function say(figure, sentence) {
  figure.querySelector(".chart-status").textContent = sentence;
}

function addPlotBox(figure) {
  const plot = document.createElement("div");
  plot.className = "chart-plot";
  plot.tabIndex = -1;
  plot.setAttribute("role", "group");
  plot.setAttribute("aria-label", figure.querySelector("figcaption").textContent.trim());
  figure.querySelector(".chart-drawing").append(plot);
  return plot;
}

async function draw(figure) {
  const Plotly = await loadPlotly();
  const plot = addPlotBox(figure);
  await Plotly.newPlot(plot, ...plotArguments(figure));
  figure.classList.add("is-interactive");
  say(figure, "");
  return plot;
}

function giveUp(figure, error) {
  console.error(error);
  figure.querySelector(".chart-plot")?.remove();
  upgrades.delete(figure);
  say(figure, FAILED);
  return null;
}

function upgrade(figure) {
  if (!upgrades.has(figure)) {
    upgrades.set(figure, draw(figure).catch((error) => giveUp(figure, error)));
  }
  return upgrades.get(figure);
}

async function explore(figure) {
  const plot = await upgrade(figure);
  plot?.focus({ preventScroll: true });
}

async function applyTheme() {
  for (const [figure, upgraded] of upgrades) {
    const plot = await upgraded;
    if (plot) await window.Plotly.react(plot, ...plotArguments(figure));
  }
}

// Taking a chart away

// The server's picture, drawn on a canvas twice as large: sharp on a slide.
async function asPng(address) {
  const answer = await fetch(address, { headers: { Accept: "image/svg+xml" } });
  if (!answer.ok || answer.redirected) throw new Error(`${address} answered ${answer.status}`);
  const source = URL.createObjectURL(await answer.blob());
  try {
    const image = Object.assign(new Image(), { src: source });
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SHARPER;
    canvas.height = image.naturalHeight * SHARPER;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(source);
  }
}

function save(blob, filename) {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: filename }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

async function takeAway(figure) {
  try {
    const png = await asPng(figure.querySelector(".chart-svg").href);
    save(png, `${figure.dataset.filename ?? figure.dataset.figure}.png`);
    say(figure, "");
  } catch (error) {
    console.error(error);
    say(figure, NO_PNG);
  }
}

// The page

function prepare(figure) {
  for (const [name, act] of [[".chart-explore", explore], [".chart-png", takeAway]]) {
    for (const button of figure.querySelectorAll(name)) {
      button.hidden = false;
      button.addEventListener("click", () => act(figure));
    }
  }
  for (const event of ["pointerenter", "focusin"]) {
    figure.addEventListener(event, () => upgrade(figure), { once: true });
  }
}

const themeSwitch = { attributeFilter: ["data-bs-theme"] };

document.querySelectorAll("figure.chart").forEach(prepare);
new MutationObserver(applyTheme).observe(document.documentElement, themeSwitch);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
