// @ts-check
import { categoryName, has, locale, t } from "../../i18n/i18n.js";
import { formatDay, formatRange } from "../../lib/dates.js";
import { html } from "../../lib/html.js";
import { formatMoneyShort, formatPercent } from "../../lib/money.js";
import { icon } from "../icon/icon.js";

/**
 * @typedef {import("../../api/analytics.js").Anomaly} Anomaly
 * @typedef {"critical" | "warning" | "info"} Level
 */

/** @type {Record<Level, import("../icon/icon.js").IconName>} */
const ICONS = { critical: "diamond", warning: "alert", info: "info" };
const MINUTE_S = 60;
/** The bar is drawn on a field so wide; a band is never thinner than can be seen. */
const WIDTH = 200;
const THINNEST = 3;

/** @param {Anomaly} item @returns {Level} */
export function levelOf(item) {
  return item.level in ICONS ? /** @type {Level} */ (item.level) : "info";
}

/** The level as icon and word. @param {Anomaly} item */
export function levelTag(item) {
  const level = levelOf(item);
  return html`<span class="anomaly-level anomaly-${level}">${icon(ICONS[level])}<span>${t(`level.${level}`)}</span></span>`;
}

/** @param {Anomaly} item */
export function levelIcon(item) {
  return icon(ICONS[levelOf(item)]);
}

/**
 * Why it stands out, in words.
 * @param {Anomaly} item @param {string} currency
 */
export function reasonText(item, currency) {
  const { code, params } = item.reason;
  const key = `anomaly.${code}`;
  const { lower = null, upper = null } = item.expected ?? {};
  if (!has(key)) return t("anomaly.other", { lower: formatMoneyShort(lower, currency), upper: formatMoneyShort(upper, currency) });
  const many = typeof params.times === "number" ? t("anomaly.times", { times: String(params.times) }) : "";
  return t(many || !has(`${key}-flat`) ? key : `${key}-flat`, {
    times: many,
    usual: money(params.usual, currency),
    previous: money(params.previous, currency),
    percent: typeof params.share === "number" ? formatPercent(params.share, 0) : "",
    category: categoryName({ code: text(params.category_code), name: text(params.category_name) }),
    merchant: text(params.merchant) || t("expense.no-merchant"),
    within: within(Number(params.seconds ?? 0)),
    sigmas: String(params.sigmas ?? ""),
    days: Number(params.days ?? 0),
    interval: has(`interval.${params.interval}`) ? t(`interval.${params.interval}`) : "",
  });
}

/** @param {number} seconds */
function within(seconds) {
  return seconds < MINUTE_S ? t("anomaly.within-seconds", { count: Math.max(1, seconds) }) : t("anomaly.within-minutes", { count: Math.ceil(seconds / MINUTE_S) });
}

/** @param {unknown} value @param {string} currency */
function money(value, currency) {
  return typeof value === "number" ? formatMoneyShort(value, currency) : "—";
}

/** @param {unknown} value @returns {string | null} */
function text(value) {
  return typeof value === "string" ? value : null;
}

/** The day, or the days of a run. @param {Anomaly} item */
export function whenText(item) {
  const { from, to } = /** @type {{ from?: string, to?: string }} */ (item.filter);
  if (item.reason.code === "run-above-usual" && from && to) return formatRange(from, to, locale());
  return item.date ? formatDay(item.date, locale()) : "";
}

/** Between what and what it was to be expected, in words. @param {Anomaly} item @param {string} currency */
export function expectedText(item, currency) {
  const { lower, upper } = item.expected ?? {};
  if (typeof lower !== "number" || typeof upper !== "number") return "";
  if (upper === 0) return t("anomalies.expected-none");
  if (lower === upper) return t("anomalies.expected-one", { amount: formatMoneyShort(upper, currency) });
  return t("anomalies.expected", { lower: formatMoneyShort(lower, currency), upper: formatMoneyShort(upper, currency) });
}

/**
 * The amount against what was to be expected; what it says stands in words beside it.
 * @param {Anomaly} item
 */
export function rangeBar(item) {
  const { from, width, at } = rangeShape(item);
  return html`<svg class="range-bar range-bar-${levelOf(item)}" viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="range-track" x="0" y="6" width="${WIDTH}" height="4" rx="2"/>
    ${width > 0 && html`<rect class="range-band" x="${from}" y="4" width="${width}" height="8" rx="2"/>`}<line class="range-mark" x1="${at}" x2="${at}" y1="1" y2="15"/></svg>`;
}

/**
 * Where the band and the mark lie on a field of 200, from 0 on.
 * @param {Anomaly} item
 */
export function rangeShape(item) {
  const { lower = 0, upper = 0 } = item.expected ?? {};
  const greatest = Math.max(item.amount, upper ?? 0, 0.01) * 1.03;
  const place = (/** @type {number | null} */ value) => Math.round((Math.max(0, value ?? 0) / greatest) * WIDTH * 10) / 10;
  const width = (upper ?? 0) > 0 ? Math.max(THINNEST, place(upper) - place(lower)) : 0;
  return { from: place(lower), width: Math.round(width * 10) / 10, at: place(item.amount) };
}
