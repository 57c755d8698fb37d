// Offers the browser's time zone where it is another than the chosen one.

import { ownZone } from "./zone.js";

const choice = document.getElementById("id_time_zone");
const offer = document.querySelector("[data-zone-offer]");

// The same zone may go by an old name and a new one; a browser knows both as one.
const canonical = (name) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return name;
  }
};

const named = (same) => [...choice.options].find(same);
const theirs =
  named(({ value }) => value === ownZone) ?? named(({ value }) => canonical(value) === ownZone);

const differs = () => canonical(choice.value) !== ownZone;

if (theirs && differs()) {
  const button = offer.querySelector("button");
  const said = offer.querySelector("[role=status]");
  button.textContent = `Use ${ownZone.replaceAll("_", " ")}, as your browser does`;
  offer.hidden = false;
  button.addEventListener("click", () => {
    choice.value = theirs.value;
    button.hidden = true;
    said.textContent = "Chosen. It holds once you save.";
    choice.form.querySelector("button:not([type=button])").focus();
  });
  choice.addEventListener("change", () => {
    button.hidden = !differs();
    said.textContent = "";
  });
}
