// How is the citizen asked for something? A sheet from below, one at a time.

import { byId } from "./dom.js";

let confirmed;

/** Shows `body` (elements) under a title; `done` gets the form's data when it is confirmed. */
export function ask(title, body, confirm, done) {
  byId("sheet-title").textContent = title;
  byId("sheet-body").replaceChildren(...body);
  byId("sheet-confirm").textContent = confirm;
  byId("sheet-confirm").hidden = !done;
  byId("sheet-confirm").parentElement.classList.toggle("single", !done);
  byId("sheet-cancel").textContent = done ? "取消" : "关闭";
  confirmed = done;
  byId("sheet").hidden = false;
  byId("sheet-body").querySelector("input, textarea")?.focus();
}

export function closeSheet() {
  byId("sheet").hidden = true;
}

export function prepareSheet() {
  byId("sheet-cancel").addEventListener("click", closeSheet);
  byId("sheet").addEventListener("click", (event) => { if (event.target === byId("sheet")) closeSheet(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSheet(); });
  byId("sheet-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(byId("sheet-form"));
    closeSheet();
    confirmed?.(form);
  });
}
