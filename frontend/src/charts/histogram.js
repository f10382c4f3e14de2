// @ts-check
import { formatCompact, formatMoney, formatNumber } from "../lib/money.js";
import { mountChart } from "./canvas.js";
import { tooltipStyle } from "./parts.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {{ lower: number, upper: number, count: number, amount: number, href: string }} Bin
 * @typedef {{ bins: readonly Bin[], median: number | null, p90: number | null, log: boolean }} HistogramData
 */

/** Room that one bin's edge takes below the bars, px. */
const EDGE_WIDTH_PX = 72;

/**
 * How many purchases cost how much: bars that touch, the median and the ninth decile as rules.
 * @param {HistogramData} data @param {ChartContext} ctx
 * @returns {import("./canvas.js").Drawing}
 */
export function toOption(data, ctx) {
  const { bins } = data;
  const { theme, locale, currency, t } = ctx;
  const greatest = bins.reduce((best, bin) => (bin.count > best.count ? bin : best), { lower: 0, upper: 0, count: 0 });
  return {
    config: {
      type: "bar",
      data: {
        labels: bins.map((bin) => bin.lower),
        datasets: [{ data: bins.map((bin) => bin.count), backgroundColor: theme.accent, hoverBackgroundColor: theme.text2, barPercentage: 1, categoryPercentage: 1, borderColor: theme.surface, borderWidth: { left: 0.5, right: 0.5 }, minBarLength: 1 }],
      },
      options: {
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: false },
          tooltip: { ...tooltipStyle(ctx), displayColors: false, callbacks: {
            /** @param {Array<{ dataIndex: number }>} items */
            title: (items) => span(bins[items[0]?.dataIndex ?? 0], currency),
            /** @param {{ dataIndex: number }} item */
            label: ({ dataIndex }) => t("chart.records", { count: bins[dataIndex]?.count ?? 0 }),
            /** @param {Array<{ dataIndex: number }>} items */
            footer: (items) => t("chart.sum", { amount: formatMoney(bins[items[0]?.dataIndex ?? 0]?.amount, currency) }),
          } },
        },
        scales: {
          x: {
            border: { color: theme.edge }, grid: { display: false },
            ticks: {
              color: theme.text3, font: { size: 12, family: theme.font }, maxRotation: 0, autoSkip: false, align: "start",
              /** @this {import("chart.js").Scale} @param {number | string} _value @param {number} index */
              callback(_value, index) {
                const step = Math.max(1, Math.ceil(bins.length / Math.max(2, Math.floor(this.chart.width / EDGE_WIDTH_PX))));
                return index % step === 0 ? formatCompact(bins[index]?.lower, currency, locale) : "";
              },
            },
          },
          y: { beginAtZero: true, border: { display: false }, grid: { color: theme.divider, drawTicks: false }, ticks: { color: theme.text3, font: { size: 12, family: theme.font }, padding: 8, maxTicksLimit: 6, precision: 0, callback: (/** @type {number | string} */ value) => formatNumber(Number(value)) } },
        },
      },
      plugins: [rules(data, ctx)],
    },
    caption: t("chart.count-axis"),
    label: bins.length === 0 ? t("chart.nothing") : t("chart.histogram-label", { span: span(greatest, currency), count: greatest.count, median: formatMoney(data.median, currency) }),
    href: (index) => bins[index]?.href ?? null,
  };
}

/** @param {{ lower: number, upper: number } | undefined} bin @param {string} currency */
function span(bin, currency) {
  return bin ? `${formatMoney(bin.lower, currency)} – ${formatMoney(bin.upper, currency)}` : "";
}

/**
 * Where on the axis an amount lies, in bins from the left; null where no bin holds it.
 * @param {readonly Bin[]} bins @param {number} amount @param {boolean} log
 */
export function placeOf(bins, amount, log) {
  const index = bins.findIndex((bin) => amount >= bin.lower && amount < bin.upper);
  const bin = bins[index];
  if (!bin) return null;
  const [from, to, at] = log && bin.lower > 0 ? [Math.log(bin.lower), Math.log(bin.upper), Math.log(amount)] : [bin.lower, bin.upper, amount];
  return index + (at - from) / (to - from);
}

/** The rules at the median and at the ninth decile. @param {HistogramData} data @param {ChartContext} ctx */
function rules({ bins, median, p90, log }, { theme, currency, t }) {
  return {
    id: "quantiles",
    /** @param {import("chart.js").Chart} chart */
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      const width = chartArea.width / bins.length;
      [{ amount: median, name: "chart.median-rule", row: 0 }, { amount: p90, name: "chart.p90-rule", row: 1 }].forEach(({ amount, name, row }) => {
        const place = amount === null ? null : placeOf(bins, amount, log);
        if (place === null) return;
        const x = Math.round(chartArea.left + place * width) + 0.5;
        const text = t(name, { amount: formatMoney(amount, currency) });
        ctx.save();
        ctx.strokeStyle = theme.text2;
        ctx.setLineDash(row === 0 ? [] : [4, 4]);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        ctx.font = `12px ${theme.font}`;
        ctx.textBaseline = "top";
        const fits = x + 6 + ctx.measureText(text).width <= chartArea.right;
        ctx.textAlign = fits ? "left" : "right";
        ctx.lineWidth = 3;
        ctx.setLineDash([]);
        ctx.strokeStyle = theme.surface;
        const at = /** @type {const} */ ([x + (fits ? 6 : -6), chartArea.top + row * 18]);
        ctx.strokeText(text, ...at);
        ctx.fillStyle = theme.text2;
        ctx.fillText(text, ...at);
        ctx.restore();
      });
    },
  };
}

/** @param {HTMLElement} element @param {HistogramData} data @param {ChartContext} ctx */
export function mount(element, data, ctx) {
  element.classList.add("chart");
  return mountChart(element, toOption(data, ctx));
}
