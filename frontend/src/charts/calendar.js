// @ts-check
import { formatDay, formatWeekday, parseDay } from "../lib/dates.js";
import { formatMoney } from "../lib/money.js";
import { html, one, put } from "../lib/html.js";
import { loadECharts } from "../lib/vendor.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {Array<{ period: string, amount: number }>} Days one entry for each day, without gaps
 */

/** Steps of the colour scale. */
const STEPS = 7;

/**
 * Upper edges of the colour steps: quantiles of the days with spending, so that one great purchase
 * does not make all other days look alike.
 * @param {readonly number[]} amounts
 * @returns {number[]}
 */
export function colourEdges(amounts) {
  const spent = amounts.filter((amount) => amount > 0).sort((a, b) => a - b);
  if (spent.length === 0) return [1];
  const edges = Array.from({ length: STEPS }, (_, step) => spent[Math.ceil(((step + 1) / STEPS) * spent.length) - 1] ?? 0);
  return [...new Set(edges)];
}

/**
 * A calendar in which each day is a cell, the darker the more was spent.
 * @param {Days} days @param {ChartContext} ctx
 */
export function toOption(days, { theme, locale, currency, t }) {
  const edges = colourEdges(days.map((day) => day.amount));
  const pieces = [
    { value: 0, color: theme.sunken },
    ...edges.map((upper, index) => ({
      gt: index === 0 ? 0 : edges[index - 1], lte: upper, color: theme.sequence[Math.round((index / Math.max(1, edges.length - 1)) * (STEPS - 1))],
    })),
  ];
  return {
    animation: false,
    textStyle: { fontFamily: theme.font, fontSize: 12 },
    tooltip: {
      // Text drawn on the canvas: the content policy forbids the inline styles of HTML tooltips.
      renderMode: "richText", confine: true, backgroundColor: theme.surface, borderColor: theme.edge, textStyle: { color: theme.text, fontSize: 12 },
      /** @param {{ value: [string, number] }} item */
      formatter: ({ value: [day, amount] }) => `${formatDay(day, locale)} ${formatWeekday(day, locale)}\n${formatMoney(amount, currency)}`,
    },
    visualMap: { type: "piecewise", pieces, show: false },
    calendar: {
      range: [days[0]?.period ?? "", days.at(-1)?.period ?? ""], top: 28, left: 36, right: 8, bottom: 8, cellSize: ["auto", "auto"],
      itemStyle: { color: "transparent", borderColor: theme.surface, borderWidth: 2 }, splitLine: { show: false }, yearLabel: { show: false },
      monthLabel: { color: theme.text3, fontSize: 12, nameMap: t("chart.months").split(" ") },
      dayLabel: { color: theme.text3, fontSize: 12, firstDay: 1, nameMap: t("chart.weekdays").split(" ") },
    },
    series: [{ type: "heatmap", coordinateSystem: "calendar", data: days.map((day) => [day.period, day.amount]), itemStyle: { borderColor: theme.divider, borderWidth: 1 } }],
  };
}

/** @param {Days} days @param {ChartContext} ctx */
export function describe(days, { currency, locale, t }) {
  const greatest = days.reduce((best, day) => (day.amount > best.amount ? day : best), { period: "", amount: 0 });
  const total = days.reduce((sum, day) => sum + day.amount, 0);
  return t("chart.calendar-label", { total: formatMoney(total, currency), day: formatDay(greatest.period, locale), greatest: formatMoney(greatest.amount, currency) });
}

/**
 * @param {HTMLElement} element @param {Days} days @param {ChartContext} ctx
 * @param {(day: string) => void} open
 */
export async function mount(element, days, ctx, open) {
  const echarts = await loadECharts();
  element.classList.add("chart");
  put(element, html`<p class="scale" aria-hidden="true">${ctx.t("chart.little")}${ctx.theme.sequence.map((_, step) => html`<span class="scale-step" data-colour="var(--seq-${step})"></span>`)}${ctx.t("chart.much")}</p><div class="plot" role="img"></div>`);
  const host = one(element, ".plot");
  const chart = echarts.init(host, null, { renderer: "canvas" });
  chart.on("click", (event) => open(String(/** @type {unknown[]} */ (event.value)[0])));
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(host);
  /** @param {Days} next */
  const update = (next) => {
    chart.setOption(/** @type {any} */ (toOption(next, ctx)), true);
    host.setAttribute("aria-label", describe(next, ctx));
  };
  update(days);
  return {
    update,
    destroy() {
      watch.disconnect();
      chart.dispose();
    },
  };
}

/** The year and month in which a calendar begins so that it stays legible. @param {string} lastDay @param {number} months */
export function calendarStart(lastDay, months) {
  const date = parseDay(lastDay);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months + 1, 1)).toISOString().slice(0, 10);
}
