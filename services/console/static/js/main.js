// What happens on every page: dialogs before what cannot be undone, charts, filters that submit themselves, progress.
import { askFirst } from "./confirm.js";
import { drawCharts } from "./charts.js";
import { fillBars, reloadWhenDone, submitFilters } from "./live.js";

askFirst(document);
submitFilters(document);
reloadWhenDone(document);
fillBars(document);
drawCharts(document);
document.addEventListener("htmx:afterSettle", (event) => {
  fillBars(event.target);
  drawCharts(event.target);
});
document.addEventListener("htmx:sseMessage", () => fillBars(document));
