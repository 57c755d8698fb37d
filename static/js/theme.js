// Light, dark, or as the system says. Runs in the head, before anything is painted.

const choices = ["system", "light", "dark"];
const names = { system: "as the system says", light: "light", dark: "dark" };
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

const chosen = () => {
  const kept = window.localStorage.getItem("theme");
  return choices.includes(kept) ? kept : "system";
};

const apply = () => {
  const choice = chosen();
  const dark = choice === "dark" || (choice === "system" && systemIsDark.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  const button = document.getElementById("theme-switch");
  if (button) button.setAttribute("aria-label", `Colours: ${names[choice]}. Change`);
  if (button) button.title = `Colours: ${names[choice]}`;
};

apply();
systemIsDark.addEventListener("change", apply);

// Paper is light.
window.addEventListener("beforeprint", () => {
  document.documentElement.dataset.bsTheme = "light";
});
window.addEventListener("afterprint", apply);

document.addEventListener("DOMContentLoaded", () => {
  apply();
  const button = document.getElementById("theme-switch");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = choices[(choices.indexOf(chosen()) + 1) % choices.length];
    window.localStorage.setItem("theme", next);
    apply();
  });
});
