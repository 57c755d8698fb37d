// In a guide's text: links to sections and code that copy themselves, figures that open large, boxes
// that scroll, and terms that say what they mean.

const text = document.querySelector(".guide-page");
const said = document.querySelector("[data-said]");

const copied = async (words, announced, element) => {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    return;
  }
  element.classList.add("copied");
  said.textContent = announced;
  window.setTimeout(() => {
    element.classList.remove("copied");
    said.textContent = "";
  }, 2000);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest(".headerlink");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  copied(link.href, "Link copied", link);
});

// A button over each block of code. It lies in a corner, so it moves nothing when it comes.
for (const code of text.querySelectorAll("pre")) {
  const box = code.closest(".highlight") ?? code;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-code no-print";
  button.append("Copy");
  button.setAttribute("aria-label", "Copy this code");
  button.addEventListener("click", () => copied(code.innerText.trimEnd() + "\n", "Copied", button));
  const around = document.createElement("div");
  around.className = "code-box";
  box.replaceWith(around);
  around.append(box, button);
}

// A picture that stands by itself opens in a dialog; without a script its link leads to it.
let dialog;
const makeDialog = () => {
  dialog = document.createElement("dialog");
  dialog.className = "zoomed";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-quiet";
  close.append("Close");
  close.addEventListener("click", () => dialog.close());
  dialog.append(close, document.createElement("figure"));
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // beside what it shows
  });
  document.body.append(dialog);
};

const openLarge = (link) => {
  if (!dialog) makeDialog();
  const picture = link.querySelector("img").cloneNode();
  picture.loading = "eager";
  const caption = link.closest("figure")?.querySelector("figcaption")?.cloneNode(true);
  dialog.setAttribute("aria-label", caption ? caption.textContent : "Picture");
  dialog.querySelector("figure").replaceChildren(picture, ...(caption ? [caption] : []));
  dialog.showModal();
};

for (const link of text.querySelectorAll("a.zoom")) link.setAttribute("aria-haspopup", "dialog");
text.addEventListener("click", (event) => {
  const link = event.target.closest("a.zoom");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openLarge(link);
});

// A box that scrolls sideways must be reachable by keyboard; one that does not must not be in the way.
const reach = (box) => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
};
const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => reach(target)));
for (const box of text.querySelectorAll(".table-box, pre")) sizes.observe(box);

// What a term of the glossary means comes up beside it: on hover, on focus, and on a first tap. A
// click, or a second tap, follows the link into the glossary.
const GAP = 6; // pixels between a term and its meaning
const LINGER = 200; // milliseconds in which the pointer may cross them

let shown = null; // the term whose meaning is shown
let leaving;

const meaningOf = (term) => document.getElementById(term.getAttribute("aria-describedby"));

const place = (term, meaning) => {
  const line = term.getClientRects()[0];
  const box = meaning.getBoundingClientRect();
  const room = document.documentElement;
  const left = Math.max(GAP, Math.min(line.left, room.clientWidth - box.width - GAP));
  const above = line.top - box.height - GAP;
  meaning.style.left = `${left}px`;
  meaning.style.top = `${above > 0 ? above : line.bottom + GAP}px`;
};

const hide = () => {
  window.clearTimeout(leaving);
  if (shown) meaningOf(shown).hidePopover();
  shown = null;
};

const show = (term) => {
  window.clearTimeout(leaving);
  if (term === shown) return;
  hide();
  const meaning = meaningOf(term);
  meaning.showPopover();
  place(term, meaning);
  shown = term;
};

const termAt = (element) => element.closest?.("a.term");
const belongs = (element) => shown && (termAt(element) === shown || meaningOf(shown).contains(element));

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  const term = termAt(target);
  if (term) show(term);
  else if (belongs(target)) window.clearTimeout(leaving);
  else if (shown && shown !== document.activeElement) {
    window.clearTimeout(leaving);
    leaving = window.setTimeout(hide, LINGER);
  }
});
document.addEventListener("focusin", ({ target }) => {
  const term = termAt(target);
  if (term?.matches(":focus-visible")) show(term);
});
document.addEventListener("focusout", ({ target }) => {
  if (target === shown) hide();
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") hide();
});
document.addEventListener("click", (event) => {
  const term = termAt(event.target);
  if (term && event.pointerType === "touch" && term !== shown) {
    event.preventDefault();
    show(term);
  } else if (!belongs(event.target)) hide();
});
document.addEventListener("scroll", () => shown && place(shown, meaningOf(shown)), { passive: true });
