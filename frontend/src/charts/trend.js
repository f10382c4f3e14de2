// @ts-check
import { formatDay, formatDayShort, formatPeriod, formatRange } from "../lib/dates.js";
import { formatMoney, formatPercent } from "../lib/money.js";
import { mountChart } from "./canvas.js";
import { amountAxis, amountScale, periodScale, tooltipStyle } from "./parts.js";
import { withOpacity } from "./theme.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {import("./canvas.js").Drawing} Drawing
 *
 * One span of the forecast: [from, to).
 * @typedef {object} ForecastPoint
 * @property {string} from
 * @property {string} to
 * @property {number} median
 * @property {number | null} lower80
 * @property {number | null} upper80
 * @property {number | null} lower95
 * @property {number | null} upper95
 *
 * @typedef {object} TrendData
 * @property {Array<{ period: string, amount: number, count: number, href?: string | null }>} points history, without gaps
 * @property {boolean} lastIsOpen the last period has not ended yet
 * @property {Array<{ period: string, amount: number }>} [comparison] by position
 * @property {readonly ForecastPoint[]} [forecast]
 * @property {boolean} [byDay] forecast spans are days
 */

/** Index of each dataset; the bands come first and so lie underneath. */
const SET = { lower95: 0, lower80: 1, upper80: 2, upper95: 3, median: 4, comparison: 5, actual: 6 };
const POINTS_UP_TO = 40;

/**
 * A line of the past, and after the "today" rule the median with its 80% and 95% bands.
 * @param {TrendData} data @param {ChartContext} ctx
 * @returns {Drawing}
 */
export function toOption(data, ctx) {
  const { points, forecast = [], comparison = [] } = data;
  const periods = [...points.map((point) => point.period), ...forecast.map((point) => point.from)];
  const greatest = Math.max(1, ...points.map((point) => point.amount), ...comparison.map((point) => point.amount), ...forecast.map((point) => point.upper95 ?? point.median));
  const { unit, caption } = amountAxis(greatest, ctx);
  return {
    config: {
      type: "line",
      data: { labels: periods, datasets: datasets(data, ctx) },
      options: {
        layout: { padding: { top: 8, right: 20 } },
        interaction: { mode: "index", intersect: false },
        scales: {
          x: periodScale(ctx, periods, (index) => spanLabel(data, index - points.length, ctx)),
          y: { ...amountScale(ctx, unit), min: 0, suggestedMax: greatest },
        },
        plugins: { legend: { display: false }, tooltip: { ...tooltipStyle(ctx), ...tooltip(data, ctx) } },
      },
      plugins: forecast.length > 0 ? [todayRule(points.length, ctx)] : [],
    },
    label: describe(data, ctx),
    caption,
    legend: legend(data, ctx),
    href: (index) => points[index]?.href ?? null,
  };
}

/** The label of a forecast span that is no calendar period: where it begins. @param {TrendData} data @param {number} index @param {ChartContext} ctx */
function spanLabel({ forecast = [], byDay }, index, { locale, t }) {
  const span = index >= 0 && !byDay ? forecast[index] : undefined;
  return span ? t("chart.span-from", { day: formatDayShort(span.from, locale) }).split("\n") : null;
}

/** @param {TrendData} data @param {ChartContext} ctx @returns {any[]} */
function datasets({ points, lastIsOpen, forecast = [], comparison = [] }, { theme, t }) {
  const past = points.map(() => null);
  /** @param {(point: ForecastPoint) => number | null} pick @param {boolean} [joined] starts where the past ends */
  const ahead = (pick, joined = false) => {
    const values = [...past, ...forecast.map(pick)];
    const last = points.length - (lastIsOpen ? 2 : 1);
    return joined && !lastIsOpen && last >= 0 && forecast.length > 0 ? values.map((value, index) => (index === last ? (points[last]?.amount ?? null) : value)) : values;
  };
  const hairline = { borderColor: withOpacity(theme.accent, 0.45), borderWidth: 1, pointRadius: 0, pointHoverRadius: 0, pointHitRadius: 0, tension: 0 };
  const radius = points.length + forecast.length <= POINTS_UP_TO ? 2.5 : 0;
  const open = points.length - 1;
  const wide = withOpacity(theme.accent, 0.14);
  return [
    { ...hairline, label: "lower95", data: ahead((point) => point.lower95, true), fill: false },
    { ...hairline, label: "lower80", data: ahead((point) => point.lower80, true), fill: { target: SET.lower95, above: wide, below: wide } },
    { ...hairline, label: "upper80", data: ahead((point) => point.upper80, true), fill: { target: SET.lower80, above: withOpacity(theme.accent, 0.28), below: withOpacity(theme.accent, 0.28) } },
    { ...hairline, label: "upper95", data: ahead((point) => point.upper95, true), fill: { target: SET.upper80, above: wide, below: wide } },
    { label: t("chart.median"), data: ahead((point) => point.median, true), borderColor: theme.accent, backgroundColor: theme.accent, borderWidth: 2, borderDash: [5, 4], pointRadius: radius, pointHoverRadius: 4, tension: 0, fill: false },
    { label: t("chart.comparison"), data: points.map((_, index) => comparison[index]?.amount ?? null), borderColor: theme.text3, backgroundColor: theme.text3, borderWidth: 1.5, borderDash: [4, 4], pointRadius: 0, pointHoverRadius: 3, tension: 0, fill: false },
    {
      label: t("chart.actual"), data: [...points.map((point) => point.amount), ...forecast.map(() => null)], borderColor: theme.accent, backgroundColor: theme.accent, borderWidth: 2, tension: 0, fill: false, pointHoverRadius: 4,
      pointRadius: points.map((_, index) => (lastIsOpen && index === open ? 4 : radius)),
      pointBackgroundColor: points.map((_, index) => (lastIsOpen && index === open ? theme.surface : theme.accent)),
      pointBorderWidth: points.map((_, index) => (lastIsOpen && index === open ? 2 : 0)),
      segment: { borderDash: (/** @type {{ p1DataIndex: number }} */ part) => (lastIsOpen && part.p1DataIndex === open ? [2, 3] : undefined) },
    },
  ];
}

/** @param {TrendData} data @param {ChartContext} ctx @returns {NonNullable<Drawing["legend"]>} */
function legend({ lastIsOpen, forecast = [], comparison = [] }, { theme, t }) {
  /** @type {NonNullable<Drawing["legend"]>} */
  const entries = [{ name: t("chart.actual"), mark: "line", colour: theme.accent, datasets: [SET.actual] }];
  if (lastIsOpen) entries.push({ name: t("chart.open-period"), mark: "hollow", colour: theme.accent, datasets: [] });
  if (comparison.length > 0) entries.push({ name: t("chart.comparison"), mark: "dashed", colour: theme.text3, datasets: [SET.comparison] });
  if (forecast.length > 0) {
    entries.push(
      { name: t("chart.median"), mark: "dashed", colour: theme.accent, datasets: [SET.median] },
      { name: t("chart.band-80"), mark: "band", colour: withOpacity(theme.accent, 0.34), datasets: [SET.lower80, SET.upper80] },
      { name: t("chart.band-95"), mark: "band", colour: withOpacity(theme.accent, 0.14), datasets: [SET.lower95, SET.upper95] },
    );
  }
  return entries.filter((entry) => entry.datasets.length > 0 || entry.mark === "hollow");
}

/** @param {TrendData} data @param {ChartContext} ctx */
function tooltip(data, { theme, locale, currency, t }) {
  const { points, forecast = [], comparison = [] } = data;
  /** @param {number} index */
  const span = (index) => forecast[index - points.length];
  return {
    /** @param {{ datasetIndex: number, dataIndex: number, raw: unknown }} item */
    filter: (item) => item.raw !== null && (item.datasetIndex === SET.actual || item.datasetIndex === SET.comparison || (item.datasetIndex === SET.median && item.dataIndex >= points.length)),
    callbacks: {
      /** @param {Array<{ dataIndex: number }>} items */
      title(items) {
        const index = items[0]?.dataIndex ?? 0;
        const ahead = span(index);
        if (ahead) return data.byDay ? formatPeriod(ahead.from, locale) : formatRange(ahead.from, ahead.to, locale);
        const text = formatPeriod(points[index]?.period ?? "", locale);
        return data.lastIsOpen && index === points.length - 1 ? t("chart.so-far", { period: text }) : text;
      },
      /** @param {{ datasetIndex: number, dataIndex: number, raw: unknown, dataset: { label?: string } }} item */
      label: (item) => `${item.datasetIndex === SET.comparison ? formatPeriod(comparison[item.dataIndex]?.period ?? "", locale) : item.dataset.label}  ${formatMoney(Number(item.raw), currency)}`,
      /** @param {{ datasetIndex: number }} item */
      labelColor: (item) => ({ borderColor: item.datasetIndex === SET.comparison ? theme.text3 : theme.accent, backgroundColor: item.datasetIndex === SET.comparison ? theme.text3 : theme.accent, borderWidth: 0, borderRadius: 3 }),
      /** @param {Array<{ dataIndex: number }>} items */
      footer(items) {
        const index = items[0]?.dataIndex ?? 0;
        const ahead = span(index);
        if (ahead) return bandLines(ahead, currency, t);
        return notes(data, index, t);
      },
    },
  };
}

/** @param {ForecastPoint} point @param {string} currency @param {ChartContext["t"]} t */
function bandLines(point, currency, t) {
  const lines = [];
  if (point.lower80 !== null && point.upper80 !== null) lines.push(`${t("chart.band-80")}  ${formatMoney(point.lower80, currency)} – ${formatMoney(point.upper80, currency)}`);
  if (point.lower95 !== null && point.upper95 !== null) lines.push(`${t("chart.band-95")}  ${formatMoney(point.lower95, currency)} – ${formatMoney(point.upper95, currency)}`);
  return lines;
}

/** Records, and the change against the point before. @param {TrendData} data @param {number} index @param {ChartContext["t"]} t */
function notes({ points, lastIsOpen }, index, t) {
  const point = points[index];
  if (!point) return [];
  const lines = [t("chart.records", { count: point.count })];
  const before = points[index - 1]?.amount;
  const open = lastIsOpen && index === points.length - 1;
  if (before && !open) lines.push(t(point.amount >= before ? "chart.up-on-last" : "chart.down-on-last", { percent: formatPercent(Math.abs(point.amount / before - 1)) }));
  return lines;
}

/** @param {TrendData} data @param {ChartContext} ctx */
function describe({ points, forecast = [] }, { locale, currency, t }) {
  if (points.length === 0) return t("chart.nothing");
  const amounts = points.map((point) => point.amount);
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const text = t("chart.line-label", {
    from: formatPeriod(points[0]?.period ?? "", locale), to: formatPeriod(points.at(-1)?.period ?? "", locale),
    total: formatMoney(total, currency), least: formatMoney(Math.min(...amounts), currency), greatest: formatMoney(Math.max(...amounts), currency),
  });
  const end = forecast.at(-1);
  return end ? `${text} ${t("chart.forecast-label", { to: formatDay(end.to, locale) })}` : text;
}

/** The rule between what was and what may come. @param {number} index of the first forecast point @param {ChartContext} ctx */
function todayRule(index, { theme, t }) {
  return {
    id: "today",
    /** @param {import("chart.js").Chart} chart */
    afterDatasetsDraw(chart) {
      const x = /** @type {any} */ (chart.scales.x);
      if (!x || index < 1) return;
      const at = (x.getPixelForValue(index - 1) + x.getPixelForValue(index)) / 2;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.strokeStyle = theme.edge;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(Math.round(at) + 0.5, chartArea.top);
      ctx.lineTo(Math.round(at) + 0.5, chartArea.bottom);
      ctx.stroke();
      ctx.fillStyle = theme.text3;
      ctx.font = `12px ${theme.font}`;
      ctx.textAlign = "right";
      ctx.textBaseline = "top";
      ctx.fillText(t("chart.today"), at - 6, chartArea.top);
      ctx.restore();
    },
  };
}

/**
 * The figures behind the chart.
 * @param {TrendData} data @param {ChartContext} ctx
 * @returns {{ caption: string, columns: Array<{ name: string, number?: boolean }>, rows: Array<Array<string | { text: string, href: string | null | undefined }>> }}
 */
export function toTable(data, ctx) {
  const { locale, currency, t } = ctx;
  const { points, forecast = [] } = data;
  const money = (/** @type {number | null} */ value) => formatMoney(value, currency);
  const bands = forecast.length > 0;
  return {
    caption: describe(data, ctx),
    columns: [{ name: t("table.period") }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true },
      ...(bands ? [{ name: t("chart.band-80"), number: true }, { name: t("chart.band-95"), number: true }] : [])],
    rows: [
      ...points.map((point) => [point.href ? { text: formatPeriod(point.period, locale), href: point.href } : formatPeriod(point.period, locale), money(point.amount), String(point.count), ...(bands ? ["", ""] : [])]),
      ...forecast.map((point) => [
        t("table.forecast-row", { period: data.byDay ? formatDay(point.from, locale) : formatRange(point.from, point.to, locale) }), money(point.median), "—",
        `${money(point.lower80)} – ${money(point.upper80)}`, `${money(point.lower95)} – ${money(point.upper95)}`,
      ]),
    ],
  };
}

/** @param {HTMLElement} element @param {TrendData} data @param {ChartContext} ctx */
export function mount(element, data, ctx) {
  element.classList.add("chart");
  return mountChart(element, toOption(data, ctx));
}
