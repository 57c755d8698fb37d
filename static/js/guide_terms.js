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
