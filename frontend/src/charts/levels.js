// @ts-check
import { formatMoney, formatNumber } from "../lib/money.js";
import { mountChart } from "./canvas.js";
import { amountAxis, amountScale, tooltipStyle } from "./parts.js";
import { withOpacity } from "./theme.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {{ name: string, frequency: number, average: number, amount: number, count: number, cluster: number, href: string }} Point
 * @typedef {{ cluster: number, name: string }} Group
 */

/** Beyond this ratio of the greatest to the least an axis is logarithmic. */
const LOG_FROM_RATIO = 100;
/** Groups differ in shape as well as in colour. */
const SHAPES = ["circle", "triangle", "rect", "rectRot", "star", "crossRot"];

/** @param {readonly number[]} values */
export function needsLog(values) {
  const positive = values.filter((value) => value > 0);
  return positive.length > 0 && Math.max(...positive) > LOG_FROM_RATIO * Math.min(...positive);
}

/**
 * How often against how much: a point for each merchant or category, a colour and shape for each group.
 * @param {{ points: readonly Point[], groups: readonly Group[] }} data @param {ChartContext} ctx
 * @returns {import("./canvas.js").Drawing}
 */
export function toOption({ points, groups }, ctx) {
  const { theme, currency, t } = ctx;
  const axis = amountAxis(Math.max(0, ...points.map((point) => point.average)), ctx);
  const ofGroup = groups.map((group) => points.filter((point) => point.cluster === group.cluster));
  const largest = points.reduce((best, point) => (point.amount > best.amount ? point : best), { name: "", amount: 0 });
  const font = { size: 12, family: theme.font };
  /** @param {{ datasetIndex: number, dataIndex: number }} item */
  const at = (item) => ofGroup[item.datasetIndex]?.[item.dataIndex];
  return {
    config: {
      type: "scatter",
      data: {
        // The keyboard walks along these.
        labels: ofGroup[0]?.map((point) => point.name) ?? [],
        datasets: groups.map((group, index) => ({
          label: group.name, data: (ofGroup[index] ?? []).map((point) => ({ x: point.frequency, y: point.average })),
          pointStyle: SHAPES[index % SHAPES.length], pointRadius: 5, pointHoverRadius: 7, borderWidth: 1.5,
          borderColor: theme.categories[index] ?? theme.edge, backgroundColor: withOpacity(theme.categories[index] ?? theme.edge, 0.55),
        })),
      },
      options: {
        interaction: { mode: "nearest", intersect: true },
        plugins: {
          legend: { display: false },
          tooltip: { ...tooltipStyle(ctx), callbacks: {
            /** @param {Array<{ datasetIndex: number, dataIndex: number }>} items */
            title: (items) => (items[0] ? (at(items[0])?.name ?? "") : ""),
            /** @param {{ datasetIndex: number, dataIndex: number }} item */
            label: (item) => t("chart.on-average", { amount: formatMoney(at(item)?.average, currency) }),
            /** @param {Array<{ datasetIndex: number, dataIndex: number }>} items */
            footer: (items) => {
              const point = items[0] && at(items[0]);
              return point ? [t("chart.per-month", { number: formatNumber(point.frequency, 1) }), t("chart.sum", { amount: formatMoney(point.amount, currency) })] : [];
            },
          } },
        },
        scales: {
          x: {
            type: needsLog(points.map((point) => point.frequency)) ? "logarithmic" : "linear", border: { color: theme.edge }, grid: { display: false },
            title: { display: true, text: t("chart.frequency-axis"), color: theme.text3, font }, ticks: { color: theme.text3, font, maxRotation: 0, maxTicksLimit: 7, callback: shortTick },
          },
          y: {
            ...amountScale(ctx, axis.unit), beginAtZero: false, type: needsLog(points.map((point) => point.average)) ? "logarithmic" : "linear",
            ticks: { ...amountScale(ctx, axis.unit).ticks, callback: (/** @type {number | string} */ value) => shortTick(Number(value) / axis.unit.divisor) },
          },
        },
      },
    },
    caption: t("chart.average-axis", { axis: axis.caption }),
    legend: groups.map((group, index) => ({ name: group.name, mark: "swatch", colour: theme.categories[index] ?? theme.edge, datasets: [index] })),
    label: points.length > 0 ? t("chart.levels-label", { count: points.length, name: largest.name, amount: formatMoney(largest.amount, currency) }) : t("chart.nothing"),
    hrefOf: (dataset, index) => ofGroup[dataset]?.[index]?.href ?? null,
  };
}

/** On a logarithmic axis only 1, 2 and 5 of each power are named. @param {number | string} value */
function shortTick(value) {
  const number = Number(value);
  const lead = number > 0 ? Number(number.toExponential()[0]) : 0;
  return [0, 1, 2, 5].includes(lead) ? formatNumber(number, 2, 0) : "";
}

/** @param {HTMLElement} element @param {{ points: readonly Point[], groups: readonly Group[] }} data @param {ChartContext} ctx */
export function mount(element, data, ctx) {
  element.classList.add("chart");
  return mountChart(element, toOption(data, ctx));
}
