// What went over the wire? Each exchange with the edge, readable, newest first.

import { byId, el, exactTime } from "./dom.js";

const KEPT = 200;
const SHOWN = {
  "callback.attempt": (entry) => ["out", entry.attempt > 1 ? `回调 第${entry.attempt}次` : "回调", summary(entry.raw)],
  "callback.acknowledged": (entry) => ["quiet", "已确认", `success · ${entry.milliseconds} 毫秒`],
  "callback.dropped": (entry) => ["bad", "断开连接", `第${entry.attempt}次 · ${entry.reason}`],
  "callback.refused": (entry) => ["bad", "拒绝应答", entry.reason],
  "callback.failed": (entry) => ["bad", "放弃", entry.reason],
  "service.unavailable": (entry) => ["bad", "无法服务", entry.reason],
  "passive.delivered": (entry) => ["in", "被动回复", entry.content || entry.articles.map((article) => article.title).join()],
  "push.delivered": (entry) => ["in", "客服消息", entry.content || entry.msg_type],
  "template.delivered": (entry) => ["in", "模板消息", entry.content],
  "subscribe.delivered": (entry) => ["in", "订阅通知", entry.content],
  "mass.delivered": (entry) => ["in", "群发消息", entry.content],
  "mass.failed": (entry) => ["bad", "群发失败", entry.reason],
  "api.call": (entry) => (entry.errcode ? ["bad", `错误 ${entry.errcode}`, `${entry.path} ${entry.errmsg}`] : null),
};

export class Inspector {
  constructor() {
    this.place = byId("exchanges");
    this.clear();
  }

  clear() {
    this.place.replaceChildren(el("p", { class: "empty" }, "还没有报文。", el("br"), "在手机上关注公众号，或者发一句话试试。"));
  }

  take(entry) {
    const shown = SHOWN[entry.kind]?.(entry);
    if (!shown) return;
    this.place.querySelector(".empty")?.remove();
    this.place.prepend(row(entry, ...shown));
    while (this.place.children.length > KEPT) this.place.lastElementChild.remove();
    this.unfold();
  }

  /** The newest exchange that has something to read stays open, unless the reader has opened another. */
  unfold() {
    if (this.place.querySelector("details[data-by-hand]")) return;
    const rows = [...this.place.querySelectorAll("details")];
    const newest = rows.filter((element) => element.querySelector("pre")).slice(0, 2);
    for (const element of rows) element.open = newest.includes(element);
  }
}

function row(entry, direction, label, words) {
  const details = el("details", { class: "exchange", "data-kind": entry.kind, "data-seq": entry.seq },
    el("summary", {}, el("span", { class: `direction ${direction}` }, label), el("span", { class: "summary-words" }, words),
      el("time", {}, exactTime(new Date(entry.at)))));
  if (entry.url && entry.kind === "callback.attempt") details.append(el("div", { class: "where" }, `POST ${entry.url}`));
  if (entry.raw) details.append(el("pre", {}, ...pretty(entry.raw)));
  if (entry.wire) details.append(el("div", { class: "where" }, "线上（加密）"), el("pre", {}, ...pretty(entry.wire)));
  details.querySelector("summary").addEventListener("click", () => { details.dataset.byHand = "yes"; if (details.open) delete details.dataset.byHand; });
  return details;
}

/** In one line what a callback says. */
function summary(raw) {
  const field = (name) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>|"${name}": ?"?([^",}]*)`, "s").exec(raw)?.slice(1).find((part) => part !== undefined) ?? "";
  const kind = field("MsgType");
  return kind === "event" ? `${field("Event")} ${field("EventKey")}` : `${kind} ${field("Content") || field("Recognition") || field("Label")}`;
}

/** XML or JSON in lines and colours, as spans; anything else as it is. */
function pretty(raw) {
  if (raw.startsWith("<")) return prettyXml(raw);
  try {
    return colour(JSON.stringify(JSON.parse(raw), null, 2), /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?)/g, ([, text, key, number]) =>
      [number !== undefined ? "t-number" : key ? "t-tag" : "t-text"]);
  } catch {
    return [raw];
  }
}

function prettyXml(raw) {
  const lines = raw
    .replace(/>\s*</g, "><")
    .replace(/(<[A-Za-z_][\w]*>)(?=<(?!!))/g, "$1\n")
    .replace(/(<\/[\w]+>)(?=<)/g, "$1\n")
    .split("\n");
  let depth = 0;
  const indented = lines.map((line) => {
    if (/^<\//.test(line)) depth = Math.max(0, depth - 1);
    const text = "  ".repeat(depth) + line;
    if (/^<[A-Za-z_]\w*>$/.test(line)) depth += 1;
    return text;
  }).join("\n");
  return colour(indented, /(<!\[CDATA\[|\]\]>)|(<\/?[\w]+>)|([^<>\s][^<>]*?)(?=\]\]>|<)/g, ([, mark, tag]) => [mark ? "t-mark" : tag ? "t-tag" : "t-text"]);
}

function colour(text, pattern, classOf) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index), el("span", { class: classOf(match)[0] }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}
