// On a draft's page: a complaint leads to its line, and unsaved words are not left without a question.

const field = document.querySelector("[data-draft]");

document.addEventListener("click", (event) => {
  const line = Number(event.target.closest("[data-line]")?.dataset.line);
  if (!line) return;
  const before = field.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, each) => sum + each.length + 1, 0);
  const end = field.value.indexOf("\n", start);
  field.focus();
  field.setSelectionRange(start, end < 0 ? field.value.length : end);
  const height = field.scrollHeight / field.value.split("\n").length;
  field.scrollTop = Math.max(0, (line - 6) * height);
  field.scrollIntoView({ block: "nearest" });
});

const saved = field.value;
const leaving = (event) => {
  if (field.value !== saved) event.preventDefault();
};
window.addEventListener("beforeunload", leaving);
field.form.addEventListener("submit", () => window.removeEventListener("beforeunload", leaving));
