// Marks words of an example as an entity: what is selected in the textarea, whoever selects it and however. The marks stand
// in a hidden field as JSON, with places counted in characters as the server counts them, not in UTF-16 units.
const box = document.querySelector("[data-marking]");
const area = document.getElementById("text");
const field = document.getElementById("marks");
const choice = document.getElementById("mark-entity");
const says = box.querySelector("[data-marking-says]");
const titles = new Map(JSON.parse(box.dataset.marking));
let marks = JSON.parse(field.value || "[]");
let before = [...area.value];
let chosen = null;

const title = (mark) => titles.get(mark.entity) ?? mark.entity;

function element(name, text = "", properties = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  return Object.assign(made, properties);
}

// A space at either end belongs to nobody: taken along by a finger, it is left out.
function selected() {
  const text = area.value;
  let [start, end] = [area.selectionStart, area.selectionEnd];
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  if (start === end) return null;
  return { start: [...text.slice(0, start)].length, end: [...text.slice(0, end)].length, words: text.slice(start, end) };
}

function look() {
  const now = document.activeElement === area ? selected() : chosen;
  chosen = now;
  box.querySelector("[data-chosen]").textContent = now ? `已选中：“${now.words}”` : "还没有选中文字。";
}

function coloured() {
  const said = [...area.value];
  const parts = [];
  let last = 0;
  for (const mark of marks) {
    parts.push(said.slice(last, mark.start).join(""));
    const made = element("mark", mark.words, { className: "zq-mark" });
    made.dataset.entity = mark.entity;
    made.append(element("span", title(mark), { className: "zq-mark-name" }));
    parts.push(made);
    last = mark.end;
  }
  return [...parts, said.slice(last).join("")];
}

function listed(mark, at) {
  const button = element("button", "移除", { type: "button", className: "btn btn-sm" });
  button.setAttribute("aria-label", `移除标注：${mark.words}`);
  button.addEventListener("click", () => remove(at));
  const item = element("li", `${mark.words}：${title(mark)} `, { className: "zq-mark-line" });
  item.append(button);
  return item;
}

function draw() {
  marks.sort((one, other) => one.start - other.start);
  field.value = JSON.stringify(marks);
  box.querySelector("[data-marked]").replaceChildren(...(marks.length > 0 ? coloured() : []));
  box.querySelector("[data-marks]").replaceChildren(...marks.map(listed));
}

function remove(at) {
  const [gone] = marks.splice(at, 1);
  draw();
  says.textContent = `已移除“${gone.words}”的标注。`;
  (box.querySelectorAll("[data-marks] button")[Math.min(at, marks.length - 1)] ?? area).focus();
}

function add() {
  if (chosen === null) return void (says.textContent = "请先在例句里选中要标注的文字。");
  if (choice.value === "") return void (says.textContent = "请选择选中的文字是什么。");
  if (marks.some((one) => one.start < chosen.end && chosen.start < one.end)) {
    return void (says.textContent = "这几个字里已经有标注，请先移除它。");
  }
  const made = { ...chosen, entity: choice.value };
  marks.push(made);
  draw();
  says.textContent = `已把“${made.words}”标为${title(made)}。`;
}

// What is typed moves the marks behind it; a mark whose own words change is gone, since nobody has said what it is now.
function follow() {
  const now = [...area.value];
  let head = 0;
  while (head < Math.min(before.length, now.length) && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(before.length, now.length) - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const [end, shift] = [before.length - tail, now.length - before.length];
  const kept = marks.filter((one) => one.end <= head || one.start >= end);
  const gone = marks.filter((one) => !kept.includes(one));
  marks = kept.map((one) => (one.end <= head ? one : { ...one, start: one.start + shift, end: one.end + shift }));
  before = now;
  draw();
  if (gone.length > 0) says.textContent = `改动了标注过的文字，已移除标注：${gone.map((one) => one.words).join("、")}。`;
}

document.addEventListener("selectionchange", look);
for (const event of ["select", "keyup", "pointerup"]) area.addEventListener(event, look);
area.addEventListener("input", () => { follow(); look(); });
box.querySelector("[data-mark]").addEventListener("click", add);
draw();
