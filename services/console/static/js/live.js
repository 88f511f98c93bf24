// What changes by itself: filters, progress, and pages that are done.
export function fillBars(root) {
  for (const bar of root.querySelectorAll("[data-share]")) bar.style.width = `${Number(bar.dataset.share) * 100}%`;
}

export function submitFilters(root) {
  root.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit] select")) event.target.form.requestSubmit();
  });
}

export function reloadWhenDone(root) {
  root.addEventListener("htmx:sseClose", (event) => {
    if (event.detail?.type === "message" && event.target.matches("[data-reload-on]")) window.location.reload();
  });
}
