// On a guide's page: where the reader is, links to sections that copy themselves, boxes that scroll.

const contents = document.querySelector(".guide-contents");
const entries = new Map(
  [...contents.querySelectorAll('a[href^="#"]')].map((link) => [
    decodeURIComponent(link.hash.slice(1)),
    link,
  ]),
);

// Contents that can only be opened by hand must not stay shut beside a wide page.
if (!CSS.supports("selector(::details-content)")) {
  contents.open = window.matchMedia("(min-width: 62rem)").matches;
}

const mark = (anchor) => {
  for (const [each, link] of entries) {
    if (each === anchor) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
};

// The section being read is the last one whose heading stands above the lower two thirds.
const headings = [...entries.keys()].map((id) => document.getElementById(id)).filter(Boolean);
const passed = new Set();
const watcher = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) passed.add(target);
      else passed.delete(target);
    }
    mark(headings.findLast((heading) => passed.has(heading))?.id);
  },
  { rootMargin: "1000000px 0px -66% 0px" },
);
for (const heading of headings) watcher.observe(heading);

const here = contents.querySelector('[aria-current="page"]');
if (here) contents.scrollTop = Math.max(0, here.offsetTop - contents.clientHeight / 3);

const said = document.querySelector("[data-copied]");
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".headerlink");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    return;
  }
  link.classList.add("copied");
  said.textContent = "Link copied";
  window.setTimeout(() => {
    link.classList.remove("copied");
    said.textContent = "";
  }, 2000);
});

// A box that scrolls sideways must be reachable by keyboard; one that does not must not be in the way.
const boxes = document.querySelectorAll(".table-box, .guide-page pre");
const reach = (box) => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
};
const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => reach(target)));
for (const box of boxes) sizes.observe(box);
