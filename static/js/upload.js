// Say at once that a file is too large: sending it would take long and be turned away.

const form = document.querySelector("form[data-largest]");
const field = form.querySelector("input[type=file]");
const said = form.querySelector("[data-said]");
const button = form.querySelector("button");

const tooLarge = () => [...field.files].some((file) => file.size > Number(form.dataset.largest));

field.addEventListener("change", () => {
  said.textContent = tooLarge() ? form.dataset.tooLarge : "";
  said.hidden = !tooLarge();
});

form.addEventListener("submit", (event) => {
  if (tooLarge()) {
    event.preventDefault();
    field.focus();
    return;
  }
  // Sent twice, it would be two uploads.
  button.disabled = true;
  window.addEventListener("pageshow", () => { button.disabled = false; }, { once: true });
});
