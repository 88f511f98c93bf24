// Who holds the phone? Puts the parts together for one citizen, and for another one when chosen.

import { follow, get, post, remove } from "./api.js";
import { Chat } from "./chat.js";
import { prepareComposer, showDrawer } from "./composer.js";
import { Clock, Faults } from "./controls.js";
import { byId, clockTime, el, toast, trying } from "./dom.js";
import { Inspector } from "./inspector.js";
import { Menu } from "./menu.js";
import { ask, closeSheet, prepareSheet } from "./sheet.js";
import { prepareTabs } from "./tabs.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林";

class Phone {
  constructor(status) {
    this.status = status;
    this.menu = new Menu(() => this.openid);
    this.composer = prepareComposer(() => this.openid);
    this.inspector = new Inspector();
    this.faults = new Faults();
    this.clock = new Clock();
    byId("title").textContent = byId("profile-name").textContent = status.account_name;
    document.title = `${status.account_name} · 公众号模拟器`;
    const modes = { safe: "安全模式", compat: "兼容模式", plain: "明文模式" };
    byId("about").textContent = `${modes[status.mode]} · ${status.format.toUpperCase()} · ${status.account}`;
    byId("follow").addEventListener("click", () => trying(() => post("followers", { openid: this.openid, nickname: this.nickname })));
    byId("more").addEventListener("click", () => trying(() => this.showAccount()));
    byId("new-citizen").addEventListener("click", () => this.open(newOpenid()));
    byId("citizens").addEventListener("change", (event) => this.open(event.target.value));
    // The menu, the drawer or a phone's keyboard take room from the chat: its end stays in sight.
    new ResizeObserver(() => { byId("chat").scrollTop = byId("chat").scrollHeight; }).observe(byId("chat"));
    window.addEventListener("popstate", () => this.open(chosenOpenid() ?? newOpenid(), false));
  }

  /** Shows one citizen's phone, from what the log holds of it on. */
  async open(openid, remember = true) {
    this.stop?.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.openid = openid;
    if (remember) history.pushState(null, "", `?openid=${encodeURIComponent(openid)}`);
    const citizens = await this.listCitizens();
    if (signal.aborted) return;
    const known = citizens.find((citizen) => citizen.openid === openid);
    this.nickname = known?.nickname ?? newNickname(openid);
    this.inspector.clear();
    this.chat = new Chat({
      openid,
      nickname: this.nickname,
      account: this.status.account_name,
      say: this.composer.say,
      labelOf: (key) => this.menu.labelOf(key),
      followed: (follows) => this.showFollowing(follows),
    });
    this.showFollowing(known?.subscribed ?? false);
    const from = await lastReset();
    const lastSeq = (await get("status")).last_seq;
    if (signal.aborted) return;
    this.chat.live = lastSeq === from;
    follow(`openid=${encodeURIComponent(openid)}`, from, (entry) => {
      // What was already there comes in at once; what happens from now on moves in.
      this.chat.live = entry.seq > lastSeq;
      this.chat.take(entry);
      this.inspector.take(entry);
    }, signal);
  }

  showFollowing(follows) {
    byId("profile").hidden = follows;
    byId("chat").hidden = byId("composer").hidden = !follows;
    if (!follows) { showDrawer(false); closeSheet(); }
  }

  /** What concerns everybody: the menu, faults, the clock, who there is. */
  async watchPlatform() {
    const { last_seq: lastSeq } = await get("status");
    await this.refreshPlatform();
    follow("kind=sim.,follower.,followers.", lastSeq, (entry) => {
      if (entry.kind === "sim.reset") trying(() => this.open(this.openid, false));
      trying(() => (entry.kind.startsWith("sim.") ? this.refreshPlatform() : this.listCitizens()));
    }, new AbortController().signal);
  }

  async refreshPlatform() {
    const [menu, clock] = await Promise.all([get("menu"), get("clock"), this.faults.refresh()]);
    this.menu.show(menu.button);
    this.clock.show(clock);
  }

  async listCitizens() {
    const citizens = await get("followers?limit=200");
    const mine = citizens.some((citizen) => citizen.openid === this.openid) || !this.openid
      ? []
      : [{ openid: this.openid, nickname: newNickname(this.openid), subscribed: false }];
    byId("citizens").replaceChildren(...[...mine, ...citizens].map((citizen) =>
      el("option", { value: citizen.openid, selected: citizen.openid === this.openid },
        `${citizen.nickname}${citizen.subscribed ? "" : "（未关注）"}`)));
    return citizens;
  }

  /** The account's page behind the dots: consent to notices, and leaving. */
  async showAccount() {
    const templates = (await get("templates")).filter((template) => template.kind === "subscription");
    const consents = (await get(`followers/${this.openid}`)).consents;
    const consent = (template) => {
      const box = el("input", { type: "checkbox", class: "consent", "data-template": template.template_id, checked: consents.includes(template.template_id) });
      box.addEventListener("change", () => trying(() => post("events", {
        openid: this.openid,
        event: "subscribe_msg_popup_event",
        templates: [{ template_id: template.template_id, status: box.checked ? "accept" : "reject" }],
      })));
      return el("label", { class: "pick" }, box, `接收「${template.title}」`, el("small", {}, "订阅通知"));
    };
    const leave = el("button", { type: "button", id: "unfollow", class: "danger", click: () => trying(async () => {
      closeSheet();
      await remove(`followers/${this.openid}`);
      toast("已取消关注");
    }) }, "取消关注");
    ask(this.status.account_name, [...templates.map(consent), leave], "", null);
  }
}

const chosenOpenid = () => new URLSearchParams(location.search).get("openid");

function newOpenid() {
  const numbers = crypto.getRandomValues(new Uint8Array(27));
  return `o${[...numbers].map((number) => LETTERS[number % LETTERS.length]).join("")}`;
}

function newNickname(openid) {
  const sum = [...openid].reduce((total, char) => total + char.charCodeAt(0), 0);
  return `${SURNAMES[sum % SURNAMES.length]}${sum % 2 ? "女士" : "先生"}`;
}

async function lastReset() {
  const resets = await get("log?kind=sim.reset&limit=10000");
  return resets.at(-1)?.seq ?? 0;
}

async function start() {
  prepareSheet();
  prepareTabs();
  const phone = new Phone(await get("status"));
  const showTime = () => { byId("phone-time").textContent = clockTime(new Date()); };
  showTime();
  setInterval(showTime, 5000);
  const citizens = await phone.listCitizens();
  const openid = chosenOpenid() ?? citizens.find((citizen) => citizen.subscribed)?.openid ?? newOpenid();
  await phone.open(openid, !chosenOpenid());
  await phone.watchPlatform();
}

start();
