// On a guide's page: where the reader is, and what they have read.

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

// The suggestions that point to a section come when somebody opens their list.
const pages = new Map();
const fetched = (address) => {
  const { pathname, hash } = new URL(address);
  if (!pages.has(pathname)) {
    const answer = fetch(pathname).then((response) => response.text());
    pages.set(pathname, answer.then((html) => new DOMParser().parseFromString(html, "text/html")));
  }
  return pages.get(pathname).then((page) => page.getElementById(hash.slice(1)));
};

document.addEventListener(
  "toggle",
  async ({ target }) => {
    const link = target.matches("[data-suggestions]") && target.querySelector("a");
    if (!link) return;
    try {
      const list = document.importNode(await fetched(link.href), true);
      if (!link.isConnected) return;
      list.removeAttribute("id");
      link.parentElement.before(list);
      link.parentElement.remove();
    } catch {
      pages.clear(); // the link is still there, and opening the list again tries again
    }
  },
  true, // toggle does not bubble
);

// Marking a page as read changes what is the reader's own in the page, and moves nothing else.
const OWN = "[data-own], .guide-contents nav li > a:not([href^='#'])";
const said = document.querySelector("[data-said]");

const replaceOwn = (fresh) => {
  const parts = fresh.querySelectorAll(OWN);
  document.querySelectorAll(OWN).forEach((part, place) => {
    part.replaceChildren(...document.importNode(parts[place], true).childNodes);
  });
};

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-read]");
  if (!form) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  try {
    const response = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok || !page.querySelector("[data-read]")) throw new Error(response.status);
    replaceOwn(page);
    document.querySelector("[data-read] button").focus();
    said.textContent = body.get("read") === "yes" ? "Marked as read" : "No longer marked as read";
  } catch {
    event.submitter.type = "hidden"; // its name and value go along, and the server says what is wrong
    form.submit();
  }
});
