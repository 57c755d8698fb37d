// Opens a guide's section where one reads: each <details class="guide"> loads what its link leads to.

const HEADINGS = "h1, h2, h3, h4, h5, h6";

const depth = (heading) => Number(heading.tagName[1]);

// A guide's page has an element for each heading and what stands under it. What is asked for ends
// where the next heading of its own depth begins.
const section = (page, anchor) => {
  const heading = page.getElementById(anchor);
  const first = heading?.closest("section");
  const nodes = first ? [first] : [];
  for (let node = first?.nextElementSibling; node?.matches("section"); node = node.nextElementSibling) {
    const next = node.querySelector(HEADINGS);
    if (next && depth(next) <= depth(heading)) break;
    nodes.push(node);
  }
  return nodes;
};

// Ids would be there twice, and addresses are meant from the guide's page.
const settleIn = (node, address) => {
  for (const aside of node.querySelectorAll(".section-questions, .section-actions")) aside.remove();
  for (const each of [node, ...node.querySelectorAll("*")]) {
    each.removeAttribute("id");
    for (const name of ["href", "src"]) {
      if (each.hasAttribute(name)) each.setAttribute(name, new URL(each.getAttribute(name), address).href);
    }
    if (each.tagName === "A") Object.assign(each, { target: "_blank", rel: "noopener" });
  }
  return document.importNode(node, true);
};

const openGuide = async (details) => {
  const place = details.querySelector(".guide-text");
  const address = place.querySelector("a").href;
  if (!details.open || details.dataset.loaded) return;
  details.dataset.loaded = "yes";
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const nodes = section(page, decodeURIComponent(new URL(address).hash.slice(1)));
    place.prepend(...nodes.map((node) => settleIn(node, address)));
  } catch {
    delete details.dataset.loaded; // the link is still there, and opening it again tries again
  }
};

// Watch every such element under `root`, those that come later as well.
export const openGuidesIn = (root) => {
  root.addEventListener(
    "toggle",
    ({ target }) => {
      if (target.matches("details.guide")) openGuide(target);
    },
    true, // toggle does not bubble
  );
};
