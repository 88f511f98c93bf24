// What can the citizen send? Text, picture, place, voice, video, link, a scanned code; each as the platform's message.

import { byId, el, toast, trying } from "./dom.js";
import { post } from "./api.js";
import { ask } from "./sheet.js";

const PLACES = [
  ["云江市政务服务中心", 30.2741, 120.1551],
  ["江北区政务服务中心", 30.3187, 120.1402],
  ["云湖区政务服务中心", 30.2519, 120.1298],
  ["东山区政务服务中心", 30.2873, 120.2216],
];

/** `citizen()` gives the openid of the moment. */
export function prepareComposer(citizen) {
  const input = byId("message-input");
  const message = (fields) => trying(async () => {
    showDrawer(false);
    await post("messages", { openid: citizen(), ...fields });
  });

  byId("message-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const content = input.value.trim();
    if (!content) return;
    input.value = "";
    message({ type: "text", content });
  });
  byId("plus").addEventListener("click", () => showDrawer(byId("drawer").hidden));
  byId("send-picture").addEventListener("click", () => message({ type: "image" }));
  byId("send-video").addEventListener("click", () => message({ type: "video" }));
  byId("send-location").addEventListener("click", () => askPlace(message));
  for (const id of ["send-voice", "voice"]) byId(id).addEventListener("click", () => askVoice(message));
  byId("send-link").addEventListener("click", () => askLink(message));
  byId("scan").addEventListener("click", () => askCode(citizen));
  return { say: (content, menuId) => message({ type: "text", content, menu_id: menuId ?? "" }) };
}

export function showDrawer(open) {
  byId("drawer").hidden = !open;
  byId("plus").setAttribute("aria-expanded", String(open));
}

function askPlace(message) {
  const picks = PLACES.map(([name, latitude, longitude], index) => el("label", { class: "pick" },
    el("input", { type: "radio", name: "place", value: index, checked: index === 0 }), name,
    el("small", {}, `${latitude}, ${longitude}`)));
  ask("发送位置", picks, "发送", (form) => {
    const [label, latitude, longitude] = PLACES[Number(form.get("place"))];
    return message({ type: "location", label, latitude, longitude });
  });
}

function askVoice(message) {
  const words = el("textarea", { id: "voice-text", name: "words", rows: "3", placeholder: "例如：办身份证要带什么材料" });
  const body = [el("label", {}, "说的内容（平台识别出的文字）", words), el("p", {}, "留空表示平台没有识别出文字。")];
  ask("发送语音", body, "发送", (form) => {
    const recognition = form.get("words").trim();
    return message(recognition ? { type: "voice", recognition } : { type: "voice" });
  });
}

function askLink(message) {
  const body = [
    el("label", {}, "标题", el("input", { name: "title", value: "云江市政务服务网", required: true })),
    el("label", {}, "说明", el("input", { name: "description", value: "办事指南" })),
    el("label", {}, "网址", el("input", { name: "url", value: "https://www.example.com/", required: true })),
  ];
  ask("发送链接", body, "发送", (form) => message({ type: "link", ...Object.fromEntries(form) }));
}

function askCode(citizen) {
  const body = [el("label", {}, "二维码带的场景值", el("input", { name: "scene", value: "hall-SZX", required: true }))];
  ask("扫一扫", body, "扫描", (form) => trying(async () => {
    showDrawer(false);
    await post("events", { openid: citizen(), event: "SCAN", event_key: form.get("scene") });
    toast("已扫描");
  }));
}
