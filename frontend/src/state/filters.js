// @ts-check
import { EXPENSE_FILTERS } from "../api/ingest.js";
import { addDays, addMonths, daysBetween } from "../lib/dates.js";

/**
 * The address is the truth: `#/route?name=value`. A range is half-open.
 * @typedef {{ from: string, to: string }} DayRange
 * @typedef {"this-month" | "last-month" | "3-months" | "12-months" | "this-year" | "all" | "custom"} Preset
 * @typedef {import("../lib/dates.js").Granularity} Granularity
 */

/** @type {readonly Preset[]} */
export const PRESETS = ["this-month", "last-month", "3-months", "12-months", "this-year", "all"];

/**
 * Route and query of a hash; the empty one is the dashboard.
 * @param {string} hash
 */
export function parseHash(hash) {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  return { route: path.replace(/^\/+|\/+$/g, "") || "dashboard", params: new URLSearchParams(query) };
}

/**
 * @param {string} route
 * @param {Record<string, unknown> | URLSearchParams} [params] null, undefined and "" are left out
 */
export function hashOf(route, params = {}) {
  const entries = params instanceof URLSearchParams ? [...params] : Object.entries(params);
  const kept = entries.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  return `#/${route}${query ? `?${query}` : ""}`;
}

/**
 * The days of a named range; null for everything.
 * @param {Preset} preset @param {string} today
 * @returns {DayRange | null}
 */
export function presetRange(preset, today) {
  const month = `${today.slice(0, 7)}-01`;
  switch (preset) {
    case "this-month": return { from: month, to: addMonths(month, 1) };
    case "last-month": return { from: addMonths(month, -1), to: month };
    case "3-months": return { from: addMonths(month, -2), to: addMonths(month, 1) };
    case "12-months": return { from: addMonths(month, -11), to: addMonths(month, 1) };
    case "this-year": return { from: `${today.slice(0, 4)}-01-01`, to: `${Number(today.slice(0, 4)) + 1}-01-01` };
    default: return null;
  }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The range that an address names.
 * @param {URLSearchParams} params @param {string} today @param {Preset} [fallback]
 * @returns {{ preset: Preset, range: DayRange | null, named: boolean }} named: the address said it
 */
export function rangeOf(params, today, fallback = "12-months") {
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  if (DAY.test(from) && DAY.test(to) && from < to) return { preset: "custom", range: { from, to }, named: true };
  const asked = PRESETS.find((preset) => preset === params.get("range"));
  const preset = asked ?? fallback;
  return { preset, range: presetRange(preset, today), named: asked !== undefined };
}

/**
 * The granularity that draws a range in about ten to sixty points.
 * @param {DayRange} range @returns {Granularity}
 */
export function granularityFor(range) {
  const days = daysBetween(range.from, range.to);
  if (days <= 45) return "day";
  if (days <= 190) return "week";
  if (days <= 365 * 6) return "month";
  return "year";
}

/**
 * The range ended at tomorrow, so that charts show no empty days to come.
 * @param {DayRange} range @param {string} today @returns {DayRange}
 */
export function untilToday(range, today) {
  const tomorrow = addDays(today, 1);
  return range.from < tomorrow && range.to > tomorrow ? { from: range.from, to: tomorrow } : range;
}

/**
 * Where the rows behind a figure are listed. Analytics names them by the filters of /expenses; what
 * that list cannot filter by is left out.
 * @param {Readonly<Record<string, unknown>>} filter
 */
export function rowsHref(filter) {
  return hashOf("transactions", Object.fromEntries(EXPENSE_FILTERS.map((name) => [name, filter[name]])));
}
