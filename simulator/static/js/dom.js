// How are elements made? From text only: nothing that a citizen or an account wrote is ever read as HTML.

/** An element with attributes, classes ("class") and children (elements or texts). */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

/** One of the icons of the page's sprite. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const LINK = /<a\s[^>]*?href="(https?:\/\/[^"]+)"[^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'，。；、！？）】」]+)/g;

/** A text as the phone shows it: addresses and `<a href>` become links. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(end, match.index));
    parts.push(el("a", { href: match[1] ?? match[3], target: "_blank", rel: "noopener noreferrer" }, match[2] ?? match[3]));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

export const safeUrl = (url) => (/^https?:\/\//.test(url) ? url : undefined);

const two = (number) => String(number).padStart(2, "0");
export const clockTime = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
export const exactTime = (date) => `${clockTime(date)}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;

/** A time as a chat shows it: today only the time, earlier the day too. */
export function chatTime(date) {
  const today = new Date().toDateString() === date.toDateString();
  return today ? clockTime(date) : `${date.getMonth() + 1}月${date.getDate()}日 ${clockTime(date)}`;
}

let toastTimer;
/** A short message over the phone. */
export function toast(words) {
  const place = byId("toast");
  place.textContent = words;
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, 2600);
}

/** Runs something that may be refused, and says so over the phone. */
export async function trying(action) {
  try {
    await action();
  } catch (error) {
    toast(error.message);
  }
}
