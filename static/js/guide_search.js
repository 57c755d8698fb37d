// The search field: / leads to it, results come as one types, arrows lead through them.

const root = document.querySelector("[data-guide-search]");
const field = root.querySelector("input[type=search]");
const box = root.querySelector("[data-found-box]");
const said = root.querySelector("[data-found-said]");
const over = root.classList.contains("over");
const asked = () => field.value.trim();

// htmx weighs as much as a page: it comes when somebody turns to the field. It looks for what it is
// to do once the page has loaded, and misses that if it comes between reading and loading.
let fetched = false;
const fetchHtmx = () => {
  if (fetched) return;
  fetched = true;
  const script = document.createElement("script");
  script.src = root.dataset.htmx;
  const typedBefore = asked();
  script.addEventListener("load", () => {
    if (asked() !== typedBefore) field.dispatchEvent(new Event("late"));
  });
  if (document.readyState === "complete") document.head.append(script);
  else window.addEventListener("load", () => document.head.append(script), { once: true });
};
field.addEventListener("focus", fetchHtmx);
if (document.activeElement === field) fetchHtmx();

// What lies over the page is there while one searches, and in nobody's way afterwards.
const show = (shown) => {
  if (over) box.hidden = !shown || !asked() || !box.querySelector(".found");
};
root.addEventListener("focusin", () => show(true));
root.addEventListener("focusout", ({ relatedTarget }) => show(root.contains(relatedTarget)));
field.addEventListener("input", () => {
  if (!asked()) show(false);
});

root.addEventListener("htmx:afterSwap", () => {
  show(root.contains(document.activeElement));
  said.textContent = box.querySelector("[data-count]")?.textContent ?? "";
  if (over) return;
  const address = asked() ? `?q=${encodeURIComponent(asked())}` : location.pathname;
  history.replaceState(null, "", address);
});

// Answers to what is no longer asked must not come up again.
root.addEventListener("htmx:beforeSwap", (event) => {
  if (over && !asked()) event.detail.shouldSwap = false;
});

root.addEventListener("keydown", (event) => {
  const links = [...box.querySelectorAll("[data-result]")];
  const place = links.indexOf(document.activeElement);
  if (event.key === "Escape" && (place >= 0 || (over && !box.hidden))) {
    field.focus();
    show(false);
  } else if (event.key === "ArrowDown" && !box.hidden && place + 1 < links.length) {
    links[place + 1].focus();
  } else if (event.key === "ArrowUp" && place >= 0) {
    (links[place - 1] ?? field).focus();
  } else {
    return;
  }
  event.preventDefault();
});

// A single key can be pressed unawares, above all by speech: it can be switched off.
const OFF = "no-slash";
const remembered = () => {
  try {
    return localStorage.getItem(OFF);
  } catch {
    return null;
  }
};
let slash = !remembered();
const sign = root.querySelector("[data-slash]");
sign.hidden = !slash;

const choice = document.querySelector("[data-slash-choice]");
if (choice) {
  const box = choice.querySelector("input");
  choice.hidden = false;
  box.checked = slash;
  box.addEventListener("change", () => {
    slash = box.checked;
    sign.hidden = !slash;
    try {
      if (slash) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // It holds for this page, at least.
    }
  });
}

const WRITING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
document.addEventListener("keydown", (event) => {
  if (!slash || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(WRITING)) return;
  event.preventDefault();
  field.focus();
  field.select();
});
