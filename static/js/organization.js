// Finds a team in the table while its name is typed, counts the chosen ones, and keeps what was left
// empty out of the address. Sorting, filtering and choosing are links and forms.

const find = document.querySelector(".find");
const rows = [...document.querySelectorAll(".comparison tbody tr")];

if (find && rows.length > 1) {
  const field = find.querySelector("input");
  const status = find.querySelector("[role=status]");
  find.hidden = false;

  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLocaleLowerCase();
    let left = 0;
    for (const row of rows) {
      row.hidden = !row.querySelector("th").textContent.toLocaleLowerCase().includes(wanted);
      if (!row.hidden) left += 1;
    }
    status.textContent = wanted ? `${left} of ${rows.length} teams shown` : "";
  });
}

const beside = document.getElementById("beside");
const status = beside?.querySelector("[role=status]");

if (status) {
  const count = () => {
    const chosen = rows.filter((row) => row.querySelector(".pick input")?.checked).length;
    status.textContent = chosen ? `${chosen} chosen` : "";
  };
  document.querySelector(".comparison").addEventListener("change", count);
  count();
}

for (const form of document.querySelectorAll("form.filters, form.add")) {
  form.addEventListener("submit", () => {
    for (const field of form.querySelectorAll("select, input")) {
      field.disabled ||= field.value === "";
    }
  });
}

// A field that was switched off for one address is there again when the reader comes back.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form.filters :disabled, form.add :disabled")) {
    field.disabled = false;
  }
});
