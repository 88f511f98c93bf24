// A square of a chart leads to the row of the table that has what is behind it.
document.addEventListener("zq:chart-click", (event) => {
  const box = event.target.closest("[data-drill]");
  if (box === null || !Array.isArray(event.detail.value)) return;
  const [column, row] = event.detail.value;
  const place = JSON.parse(box.dataset.drill)[`${column},${row}`];
  const target = document.getElementById(`${box.dataset.drillTo}${place}`);
  if (target === null) return;
  for (const shown of document.querySelectorAll(".zq-drilled")) shown.classList.remove("zq-drilled");
  target.classList.add("zq-drilled");
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
});
