// Finds a team in the table while its name is typed. Sorting and filtering are links and a form.

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
      row.hidden = !row.cells[0].textContent.toLocaleLowerCase().includes(wanted);
      if (!row.hidden) left += 1;
    }
    status.textContent = wanted ? `${left} of ${rows.length} teams shown` : "";
  });
}
