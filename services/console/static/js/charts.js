// Draws what stands in data-chart with ECharts, which is loaded only where there is a chart. The numbers are in a table
// below it, so that nothing is lost to who does not see the drawing.
const PALETTE = ["#1862c6", "#c2410c", "#15803d", "#7e22ce", "#0f766e", "#b91c1c", "#475569"];
const source = document.querySelector("script[data-echarts]")?.dataset.echarts;
let loading = null;

function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => reject(new Error("ECharts could not be loaded"));
    document.head.append(script);
  });
  return loading;
}

function axes(chart) {
  const kind = chart.kind === "area" ? "line" : chart.kind;
  const drawn = chart.series.filter((one) => one.drawn !== false);
  return {
    grid: { left: 8, right: 16, top: drawn.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: drawn.length > 1 ? { top: 0 } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => `${value ?? "——"}${chart.unit}` },
    xAxis: { type: "category", data: chart.labels },
    yAxis: { type: "value" },
    series: drawn.map((one) => ({
      name: one.name, type: one.kind ?? kind, data: one.values, showSymbol: chart.labels.length < 32,
      connectNulls: one.kind === "line",
      areaStyle: chart.kind === "area" ? { opacity: 0.15 } : undefined,
    })),
  };
}

// Each bar has room for its name, however many there are.
function lying(chart, element) {
  element.style.height = `${Math.max(chart.labels.length, 3) * 26 + 56}px`;
  const option = axes({ ...chart, kind: "bar" });
  const category = { ...option.xAxis, data: [...chart.labels].reverse(), axisLabel: { width: 160, overflow: "truncate", interval: 0 } };
  const series = option.series.map((one) => ({ ...one, data: [...one.data].reverse() }));
  return { ...option, xAxis: { type: "value" }, yAxis: category, series };
}

function pie(chart) {
  const data = chart.labels.map((name, i) => ({ name, value: chart.series[0].values[i] }));
  return { tooltip: { renderMode: "richText" }, series: [{ type: "pie", radius: ["45%", "72%"], data }] };
}

// A square is as large as a finger, however few there are: a single one does not fill the card.
const SQUARE = { width: 72, height: 36 };
const [PALE, FULL] = ["#dbe8fa", "#1862c6"];

function heatmap(chart, element) {
  const cells = chart.series.flatMap((one, y) => one.values.map((value, x) => [x, y, value]).filter((cell) => cell[2] !== null));
  const top = Math.max(1, ...cells.map((cell) => cell[2]));
  const data = cells.map((value) => ({ value, label: { color: value[2] > top / 2 ? "#fff" : "#10233f" } }));
  const [columns, rows] = [chart.labels.length, chart.series.length];
  const longest = (names) => Math.min(150, Math.max(...names.map((one) => [...one].length)) * 13 + 24);
  const [left, below] = [longest(chart.series.map((one) => one.name)), Math.max(84, longest(chart.labels) * 0.75)];
  element.style.height = `${rows * SQUARE.height + below + 8}px`;
  const name = { width: 130, overflow: "truncate" };
  return {
    grid: {
      left, top: 8, height: rows * SQUARE.height,
      width: Math.min(columns * SQUARE.width, Math.max(element.clientWidth - left - 16, columns * 8)),
    },
    tooltip: {
      renderMode: "richText",
      // Below the squares: over them it would catch the finger that is meant for one.
      position: () => [8, rows * SQUARE.height + 14],
      formatter: ({ value: [x, y, count] }) => `应为 ${chart.series[y].name}\n认成 ${chart.labels[x]}\n${count} 句`,
    },
    xAxis: { type: "category", data: chart.labels, axisLabel: { rotate: 45, interval: 0, ...name }, splitArea: { show: true } },
    yAxis: { type: "category", data: chart.series.map((one) => one.name), axisLabel: { interval: 0, ...name } },
    visualMap: { show: false, min: 0, max: top, inRange: { color: [PALE, FULL] } },
    series: [{
      type: "heatmap", data, label: { show: columns <= 16 },
      itemStyle: { borderColor: "#fff", borderWidth: 2 }, emphasis: { itemStyle: { borderColor: "#10233f" } },
    }],
  };
}

const KINDS = { line: axes, area: axes, bar: axes, rows: lying, pie, heatmap };

export async function drawCharts(root) {
  const wanted = [...root.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (wanted.length === 0) return;
  for (const element of wanted) element.dataset.drawn = "yes";
  const echarts = await library();
  for (const element of wanted) {
    const chart = JSON.parse(element.dataset.chart);
    const option = () => ({ color: PALETTE, animation: false, textStyle: { fontFamily: "inherit" }, ...KINDS[chart.kind](chart, element) });
    const first = option();
    const drawing = echarts.init(element, null, { renderer: "canvas" });
    drawing.setOption(first);
    new ResizeObserver(() => { drawing.resize(); drawing.setOption(option()); }).observe(element);
    // A page that wants to be told of a click listens for it: event.detail is {name, series, value}.
    drawing.on("click", (at) => element.dispatchEvent(new CustomEvent("zq:chart-click", {
      bubbles: true, detail: { name: at.name, series: at.seriesName, value: at.value },
    })));
  }
}
