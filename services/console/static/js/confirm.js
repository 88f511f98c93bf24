// A form or link with data-confirm asks before it acts.
const dialog = document.getElementById("confirm");

function ask(text) {
  dialog.querySelector("#confirm-text").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function askFirst(root) {
  if (dialog === null) return;
  for (const button of dialog.querySelectorAll("[data-answer]")) {
    button.addEventListener("click", () => dialog.close(button.dataset.answer));
  }
  root.addEventListener("submit", (event) => {
    const text = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (!text || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopPropagation();
    ask(text).then((yes) => {
      if (!yes) return;
      event.target.dataset.confirmed = "yes";
      event.target.requestSubmit(event.submitter);
      delete event.target.dataset.confirmed;
    });
  }, true);
  // What htmx would send by itself, it asks about in the same dialog.
  root.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });
}
