// In a guide's text: links to sections and code that copy themselves, figures that open large, boxes
// that scroll.

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
