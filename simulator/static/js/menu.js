// Which menu did the account make? Two levels at the foot of the chat.

import { byId, el, icon, safeUrl, trying } from "./dom.js";
import { post } from "./api.js";

const EVENTS = { click: "CLICK", view: "VIEW", miniprogram: "VIEW" };

export class Menu {
  constructor(citizen) {
    this.citizen = citizen;
    this.names = new Map();
    document.addEventListener("click", (event) => { if (!event.target.closest("#menu")) this.close(); });
  }

  labelOf(key) {
    return this.names.get(key) ?? key;
  }

  show(buttons) {
    const place = byId("menu");
    place.replaceChildren(...buttons.map((button) => this.top(button)));
    place.hidden = buttons.length === 0;
  }

  top(button) {
    const below = button.sub_button ?? [];
    const holder = el("div");
    const press = () => {
      const wasOpen = holder.querySelector(".submenu");
      this.close();
      if (!below.length) this.press(button);
      else if (!wasOpen) holder.append(el("div", { class: "submenu" }, ...below.map((item) => this.item(item))));
    };
    below.forEach((item) => this.remember(item));
    this.remember(button);
    const marks = below.length ? [icon("list")] : [];
    holder.append(el("button", { class: "menu-button", type: "button", "data-key": keyOf(button), click: press }, ...marks, button.name));
    return holder;
  }

  item(button) {
    return el("button", { class: "menu-item", type: "button", "data-key": keyOf(button), click: () => { this.close(); this.press(button); } }, button.name);
  }

  remember(button) {
    this.names.set(keyOf(button), button.name);
  }

  press(button) {
    const event = EVENTS[button.type] ?? button.type;
    if (event === "VIEW" && safeUrl(button.url)) window.open(button.url, "_blank", "noopener");
    return trying(() => post("events", { openid: this.citizen(), event, event_key: keyOf(button) }));
  }

  close() {
    document.querySelectorAll(".submenu").forEach((element) => element.remove());
  }
}

const keyOf = (button) => button.key || button.url || "";
