// What happens on every page: dialogs before what cannot be undone, charts, tables on phones, filters, progress.
import { askFirst } from "./confirm.js";
import { drawCharts } from "./charts.js";
import { labelTables } from "./tables.js";
import { fillBars, reloadWhenDone, submitFilters } from "./live.js";

askFirst(document);
submitFilters(document);
reloadWhenDone(document);
fillBars(document);
drawCharts(document);
labelTables(document);
document.addEventListener("htmx:afterSettle", (event) => {
  fillBars(event.target);
  drawCharts(event.target);
  labelTables(event.target);
});
document.addEventListener("focusin", (event) => { if (event.target.matches("[data-select-all]")) event.target.select(); });
document.addEventListener("htmx:sseMessage", () => fillBars(document));
