"use strict";
const body = document.querySelector("tbody");
const headers = [...document.querySelectorAll("th")];
headers.forEach((header, column) => {
  header.querySelector("button").addEventListener("click", () => {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    headers.forEach((h) => h.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const order = new Intl.Collator("en", { numeric: true });
    const rows = [...body.rows].map((row) => ({ row, text: row.cells[column].textContent }));
    rows.sort((a, b) => (ascending ? 1 : -1) * order.compare(a.text, b.text));
    body.append(...rows.map((r) => r.row));
  });
});
