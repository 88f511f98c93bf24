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
  return {
    grid: { left: 8, right: 16, top: chart.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: chart.series.length > 1 ? { top: 0 } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => `${value ?? "——"}${chart.unit}` },
    xAxis: { type: "category", data: chart.labels },
    yAxis: { type: "value" },
    series: chart.series.map((one) => ({
      name: one.name, type: kind, data: one.values, showSymbol: chart.labels.length < 32,
      areaStyle: chart.kind === "area" ? { opacity: 0.15 } : undefined,
    })),
  };
}

function lying(chart) {
  const option = axes({ ...chart, kind: "bar" });
  const category = { ...option.xAxis, data: [...chart.labels].reverse(), axisLabel: { width: 160, overflow: "truncate" } };
  const series = option.series.map((one) => ({ ...one, data: [...one.data].reverse() }));
  return { ...option, xAxis: { type: "value" }, yAxis: category, series };
}

function pie(chart) {
  const data = chart.labels.map((name, i) => ({ name, value: chart.series[0].values[i] }));
  return { tooltip: { renderMode: "richText" }, series: [{ type: "pie", radius: ["45%", "72%"], data }] };
}

function heatmap(chart) {
  const data = chart.series.flatMap((one, y) => one.values.map((value, x) => [x, y, value]));
  const top = Math.max(1, ...data.map((cell) => cell[2] ?? 0));
  return {
    grid: { left: 8, right: 16, top: 8, bottom: 48, containLabel: true },
    tooltip: { renderMode: "richText" },
    xAxis: { type: "category", data: chart.labels, axisLabel: { rotate: 45 } },
    yAxis: { type: "category", data: chart.series.map((one) => one.name) },
    visualMap: { min: 0, max: top, orient: "horizontal", left: "center", bottom: 0, inRange: { color: ["#eef4fc", "#1862c6"] } },
    series: [{ type: "heatmap", data, label: { show: chart.labels.length <= 16 } }],
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
    const drawing = echarts.init(element, null, { renderer: "canvas" });
    drawing.setOption({ color: PALETTE, animation: false, textStyle: { fontFamily: "inherit" }, ...KINDS[chart.kind](chart) });
    new ResizeObserver(() => drawing.resize()).observe(element);
    // A page that wants to be told of a click listens for it: event.detail is {name, series, value}.
    drawing.on("click", (at) => element.dispatchEvent(new CustomEvent("zq:chart-click", {
      bubbles: true, detail: { name: at.name, series: at.seriesName, value: at.value },
    })));
  }
}
