// What is broken, and what time is it? Switches for faults, buttons for the platform's clock.

import { byId, el, trying } from "./dom.js";
import { get, post, put, remove } from "./api.js";

const PATHS = [
  ["*", "全部接口"],
  ["/cgi-bin/message/custom/send", "客服消息"],
  ["/cgi-bin/message/template/send", "模板消息"],
  ["/cgi-bin/message/subscribe/bizsend", "订阅通知"],
  ["/cgi-bin/message/mass/send", "群发消息"],
  ["/cgi-bin/material/add_material", "上传封面"],
  ["/cgi-bin/draft/add", "新增草稿"],
  ["/cgi-bin/stable_token", "获取令牌"],
  ["/cgi-bin/user/get", "关注者列表"],
  ["callback", "回调的应答"],
];
const SWITCHES = [
  ["slow_seconds", "变慢", "应答前先等几秒", 4],
  ["http_500", "HTTP 500", "不执行，直接出错", true],
  ["http_429", "HTTP 429", "不执行，请求太多", true],
  ["drop_request", "请求丢失", "不执行，断开连接", true],
  ["drop_answer", "应答丢失", "已执行，断开连接", true],
  ["invalid_token", "令牌失效", "errcode 40001", true],
  ["quota_full", "当日配额用尽", "errcode 45009", true],
  ["rate_limited", "频率超限", "errcode 45011", true],
  ["busy", "系统繁忙", "errcode -1", true],
];
const FOR_CALLBACK = new Set(["drop_answer"]);
const STEPS = [["＋1 分钟", 60], ["＋1 小时", 3600], ["＋1 天", 86400], ["＋2 天（48 小时窗口）", 172800], ["＋1 个月", 2678400]];

export class Faults {
  constructor() {
    this.faults = [];
    this.path = el("select", { id: "fault-path", change: () => this.draw() }, ...PATHS.map(([value, label]) => el("option", { value }, label)));
    this.count = el("input", { id: "fault-times", type: "number", min: "1", placeholder: "一直" });
    this.switches = el("div", { class: "switches" });
    byId("faults").append(
      el("div", { class: "fields" },
        el("label", {}, "哪个接口", this.path), el("label", {}, "次数", this.count),
        el("button", { class: "soft", type: "button", id: "clear-faults", click: () => trying(async () => this.show(await remove("faults"))) }, "全部恢复"),
        el("button", { class: "soft", type: "button", id: "invalidate-tokens", click: () => trying(() => post("tokens/invalidate")) }, "作废所有令牌")),
      this.switches,
      el("p", { class: "note" }, "打开后立即生效。填了次数，用完自动恢复。“回调的应答”只有“应答丢失”可用：公众号的应答在路上丢了，平台会再试。"));
    this.draw();
  }

  async refresh() {
    this.show(await get("faults"));
  }

  show(faults) {
    this.faults = faults;
    byId("fault-count").hidden = faults.length === 0;
    byId("fault-count").textContent = faults.length;
    this.draw();
  }

  draw() {
    const path = this.path.value;
    const fault = this.faults.find((one) => one.path === path) ?? {};
    const offered = SWITCHES.filter(([name]) => path !== "callback" || FOR_CALLBACK.has(name));
    this.switches.replaceChildren(...offered.map(([name, title, words, on]) => {
      const box = el("input", { type: "checkbox", id: `fault-${name}`, checked: Boolean(fault[name]) });
      box.addEventListener("change", () => this.change(fault, name, box.checked ? on : null));
      return el("label", { class: "switch" }, el("span", {}, el("b", {}, title), el("small", {}, words)), box);
    }));
  }

  change(fault, name, value) {
    const changed = { ...fault, path: this.path.value, count: Number(this.count.value) || null };
    delete changed[name];
    if (value !== null) changed[name] = value;
    return trying(async () => this.show(await put("faults", changed)));
  }
}

export class Clock {
  constructor() {
    this.offset = 0;
    this.time = el("div", { class: "big-time", id: "platform-time" });
    this.words = el("p", { class: "note" });
    const steps = STEPS.map(([label, seconds]) =>
      el("button", { class: "soft", type: "button", "data-seconds": seconds, click: () => trying(async () => this.show(await post("clock", { advance_seconds: seconds }))) }, label));
    byId("clock").append(this.time, this.words, el("div", { class: "buttons" }, ...steps),
      el("p", { class: "note" }, "平台的时间决定客服消息窗口、令牌、每日配额和每月群发次数；只能向前。重试的 5 秒和报文里的时间始终是真实时间。"));
    setInterval(() => this.draw(), 1000);
  }

  show({ offset_seconds: offset }) {
    this.offset = offset;
    this.draw();
  }

  draw() {
    const now = new Date(Date.now() + this.offset * 1000);
    this.time.textContent = now.toLocaleString("zh-CN", { hour12: false });
    this.words.textContent = this.offset ? `比真实时间快 ${spell(this.offset)}` : "与真实时间一致";
  }
}

function spell(seconds) {
  const parts = [[86400, "天"], [3600, "小时"], [60, "分钟"]];
  const words = [];
  let left = seconds;
  for (const [size, unit] of parts) {
    if (left >= size) words.push(`${Math.floor(left / size)} ${unit}`);
    left %= size;
  }
  return words.join(" ") || `${Math.round(seconds)} 秒`;
}
