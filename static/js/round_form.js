// Chooses all teams or none at once, and says how many are chosen. Without it each is ticked by hand.

const choices = document.querySelector(".team-choices");
const boxes = [...choices.querySelectorAll("input[name=teams]")];
const line = choices.querySelector(".pick");
const status = line.querySelector("[role=status]");

const tell = () => {
  const chosen = boxes.filter((box) => box.checked).length;
  status.textContent = `${chosen} of ${boxes.length} chosen`;
};

const pick = (checked) => {
  for (const box of boxes) box.checked = checked;
  tell();
};

for (const button of line.querySelectorAll("[data-pick]")) {
  button.addEventListener("click", () => pick(button.dataset.pick === "all"));
}
choices.addEventListener("change", tell);
line.hidden = boxes.length < 2;
tell();
