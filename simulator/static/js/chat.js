// What does the citizen see in the chat? Each entry of the log, as WeChat would show it.

import { byId, chatTime, el, icon, linked, safeUrl } from "./dom.js";

const STAMP_AFTER = 5 * 60 * 1000;
const TYPING_AFTER_ACK = 8000;
// Three tries take fifteen seconds: what is older and has no outcome was cut off with the simulator.
const GIVEN_UP_AFTER = 20 * 1000;
const NOTICE_TAGS = { "template.delivered": "模板消息", "subscribe.delivered": "订阅通知", "mass.delivered": "群发消息" };
const ANSWERED_EVENTS = new Set(["CLICK", "SCAN", "scancode_waitmsg", "location_select"]);
const hue = (openid) => [...openid].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 6;

export class Chat {
  /** `say` sends a text for the citizen (entries of menu messages); `labelOf` names a menu key. */
  constructor({ openid, nickname, account, say, labelOf, followed }) {
    Object.assign(this, { openid, nickname, account, say, labelOf, followed });
    this.place = byId("chat");
    this.waiting = new Map();
    this.lastStamp = 0;
    this.live = false;
    this.clear();
  }

  clear() {
    this.place.replaceChildren();
    this.waiting.clear();
    this.lastStamp = 0;
    this.typing(false);
  }

  take(entry) {
    const handler = this.handlers[entry.kind];
    if (handler) handler.call(this, entry);
  }

  handlers = {
    "follower.added"(entry) {
      this.followed(true);
      this.line(entry, "您已关注公众号");
    },
    "follower.removed"(entry) {
      this.line(entry, "您已取消关注");
      this.followed(false);
    },
    "message.sent"(entry) {
      const row = this.message(entry, true, this.mine(entry));
      this.wait(entry, row);
    },
    "event.sent"(entry) {
      const words = this.eventWords(entry);
      if (!words) return;
      const row = el("div", { class: "message mine", "data-seq": entry.seq }, el("span", { class: "chip" }, words));
      this.add(entry, row);
      if (ANSWERED_EVENTS.has(entry.event)) this.wait(entry, row);
    },
    "passive.delivered"(entry) {
      this.done(entry.delivery);
      this.message(entry, false, this.theirs(entry));
    },
    "push.delivered"(entry) {
      this.typing(false);
      this.message(entry, false, this.theirs(entry));
    },
    "template.delivered"(entry) { this.notice(entry); },
    "subscribe.delivered"(entry) { this.notice(entry); },
    "mass.delivered"(entry) { this.notice(entry); },
    "callback.acknowledged"(entry) { this.done(entry.delivery, true); },
    "callback.failed"(entry) { this.done(entry.delivery); },
    "service.unavailable"(entry) {
      this.done(entry.delivery);
      this.line(entry, entry.content, "service-unavailable");
    },
  };

  eventWords(entry) {
    if (["CLICK", "VIEW"].includes(entry.event)) return `点击菜单「${this.labelOf(entry.content)}」`;
    if (entry.event.startsWith("SCAN") || entry.event.startsWith("scancode")) return "扫描二维码";
    if (entry.event.startsWith("subscribe_msg")) return "订阅授权";
    return "";
  }

  /** The bubble of what the citizen sent. */
  mine(entry) {
    const { fields } = entry;
    switch (entry.msg_type) {
      case "image": return [el("div", { class: "bubble me bare picture" }, el("img", { src: "/static/picture.svg", alt: "图片" }))];
      case "video":
      case "shortvideo": return [el("div", { class: "bubble me bare picture video" }, el("img", { src: "/static/picture.svg", alt: "视频" }))];
      case "location": return [el("div", { class: "bubble me bare place" },
        el("b", {}, fields.Label || "位置"), el("small", {}, `${fields.Location_X}, ${fields.Location_Y}`),
        el("img", { src: "/static/map.svg", alt: "" }))];
      case "voice": return [
        el("div", { class: "bubble me voice" }, icon("sound"), `${Math.max(2, Math.round((entry.content.length || 6) / 3))}″`),
        ...(entry.content ? [el("div", { class: "recognised" }, entry.content)] : [])];
      case "link": return [this.article({ title: fields.Title, description: fields.Description, url: fields.Url }, "me")];
      default: return [el("div", { class: "bubble me" }, ...linked(entry.content))];
    }
  }

  /** The bubbles of what the account answered. */
  theirs(entry) {
    if (entry.msg_type === "news") return entry.articles.map((article) => this.article(article, "account"));
    if (entry.msg_type === "msgmenu") {
      const choices = entry.entries.map((choice) =>
        el("button", { type: "button", click: () => this.say(choice.content, choice.id) }, choice.content));
      return [el("div", { class: "bubble account" }, entry.content, el("div", { class: "choices" }, ...choices), entry.tail)];
    }
    if (entry.msg_type === "image") return [el("div", { class: "bubble account bare picture" }, el("img", { src: "/static/picture.svg", alt: "图片" }))];
    if (entry.msg_type !== "text") return [el("div", { class: "bubble account" }, `［${entry.msg_type}］${entry.content}`)];
    return [el("div", { class: "bubble account" }, ...linked(entry.content))];
  }

  article({ title, description, url }, side) {
    const open = safeUrl(url) && el("a", { class: "open", href: url, target: "_blank", rel: "noopener noreferrer" }, "查看全文");
    return el("div", { class: `bubble ${side} linked` }, el("b", {}, title), el("small", {}, description ?? ""), ...(open ? [open] : []));
  }

  message(entry, mine, bubbles) {
    const avatar = mine
      ? el("span", { class: `avatar hue-${hue(this.openid)}`, "aria-hidden": "true" }, this.nickname.slice(0, 1) || "民")
      : el("img", { class: "avatar", src: "/static/logo.svg", alt: "" });
    const row = el("article", { class: `message${mine ? " mine" : ""}`, "data-seq": entry.seq }, avatar, el("div", { class: "content" }, ...bubbles));
    this.add(entry, row);
    return row;
  }

  notice(entry) {
    const lines = entry.lines ?? [];
    const plain = lines.filter((line) => !line.label);
    const labelled = lines.filter((line) => line.label);
    const words = (text) => el("p", { class: "words" }, ...linked(text));
    const [first, ...rest] = plain;
    const card = el("article", { class: "notice-card", "data-seq": entry.seq, "data-kind": entry.kind },
      el("header", {}, el("img", { src: "/static/logo.svg", alt: "" }), this.account, el("em", {}, NOTICE_TAGS[entry.kind])));
    if (entry.articles) return this.news(entry);
    if (entry.kind === "mass.delivered") card.append(words(entry.content));
    else {
      card.append(el("h3", {}, entry.content));
      if (first) card.append(words(first.value));
      if (labelled.length) card.append(el("dl", {}, ...labelled.flatMap((line) => [el("dt", {}, line.label), el("dd", {}, line.value)])));
      card.append(...rest.map((line) => words(line.value)));
    }
    card.append(safeUrl(entry.url)
      ? el("a", { class: "open", href: entry.url, target: "_blank", rel: "noopener noreferrer" }, "查看详情")
      : el("div", { class: "end" }));
    this.add(entry, card);
  }

  /** News with its cover: the first article large, the others below it; a tap opens them. */
  news(entry) {
    const [first, ...rest] = entry.articles;
    const open = (article, ...parts) => el("a", { class: "article", href: article.url, target: "_blank", rel: "noopener noreferrer" }, ...parts);
    const cover = (article) => el("img", { class: "cover", src: article.picture_url, alt: "" });
    const card = el("article", { class: "notice-card news", "data-seq": entry.seq, "data-kind": entry.kind },
      open(first, cover(first), el("h3", {}, first.title), el("p", { class: "digest" }, first.description)),
      ...rest.map((article) => open(article, el("span", {}, article.title), cover(article))));
    this.add(entry, card);
  }

  line(entry, words, more = "") {
    this.add(entry, el("div", { class: `system-line ${more}`, "data-seq": entry.seq }, el("span", {}, words)));
  }

  add(entry, element) {
    const at = new Date(entry.at);
    if (at - this.lastStamp > STAMP_AFTER) this.place.append(el("div", { class: "stamp" }, chatTime(at)));
    this.lastStamp = at.getTime();
    if (this.live) element.classList.add("arriving");
    this.place.append(element);
    this.place.scrollTop = this.place.scrollHeight;
  }

  /** Shows that something is under way until the account has answered. */
  wait({ delivery, at }, row) {
    if (Date.now() - new Date(at) > GIVEN_UP_AFTER) return;
    row.append(el("i", { class: "sending", "aria-label": "发送中" }));
    this.waiting.set(delivery, row);
    this.typing(true);
  }

  done(delivery, answerMayFollow = false) {
    const row = this.waiting.get(delivery);
    if (!row) return;
    row.querySelector(".sending")?.remove();
    this.waiting.delete(delivery);
    if (this.waiting.size) return;
    if (answerMayFollow && this.live) this.typing(true, TYPING_AFTER_ACK);
    else this.typing(false);
  }

  typing(on, forMilliseconds) {
    clearTimeout(this.typingTimer);
    byId("typing").hidden = !on;
    if (on && forMilliseconds) this.typingTimer = setTimeout(() => this.typing(false), forMilliseconds);
  }
}
