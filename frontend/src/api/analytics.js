// @ts-check
import { flag, list, maybe, number, object, orElse, record, text } from "../lib/shape.js";
import { request } from "./client.js";

/**
 * What every analytics call takes: a half-open range and filters.
 * @typedef {{ from?: string | null, to?: string | null, category_id?: string | null, direction?: string, min_seq?: number | null }} Scope
 */

/** The filter that opens the rows behind a figure in the list of transactions. */
const filterShape = orElse(object, {});
const head = {
  as_of_seq: maybe(number), stale: orElse(flag, false), currency: orElse(text, "CNY"), other_currencies: maybe(object),
  from: maybe(text), to: maybe(text),
};
const topShape = record({
  category_id: maybe(text), name: orElse(text, ""), code: maybe(text), amount: orElse(number, 0), count: orElse(number, 0),
  share: maybe(number), filter: filterShape,
});
export const overviewShape = record({
  ...head, total: number, count: number, daily_average: maybe(number), days: maybe(number),
  previous: maybe(record({ from: maybe(text), to: maybe(text), total: maybe(number) })),
  change_ratio: maybe(number), top_category: maybe(topShape), top_merchant: maybe(topShape), anomalies: maybe(number),
  last_import: maybe(record({ created_at: maybe(text) })), filter: filterShape,
});
const pointShape = record({ period: text, amount: number, count: orElse(number, 0), filter: filterShape });
export const trendShape = record({
  ...head, total: maybe(number), items: list(pointShape), comparison: maybe(record({ items: list(pointShape) })),
});
export const shareShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0),
  items: list(record({ category_id: maybe(text), name: orElse(text, ""), code: maybe(text), parent_id: maybe(text), amount: number, count: orElse(number, 0), share: orElse(number, 0), filter: filterShape })),
});
export const rankShape = record({
  ...head, total: orElse(number, 0),
  items: list(record({ rank: number, key: maybe(text), name: orElse(text, ""), code: maybe(text), category_id: maybe(text), date: maybe(text), amount: number, count: orElse(number, 0), share: maybe(number), filter: filterShape })),
});
export const anomaliesShape = record({
  ...head,
  items: list(record({
    id: text, date: maybe(text), expense_id: maybe(text), amount: number,
    expected: maybe(record({ lower: maybe(number), upper: maybe(number) })), level: text,
    reason: record({ code: text, params: orElse(object, {}) }), filter: filterShape,
  })),
});
/** @typedef {ReturnType<typeof overviewShape>} Overview */
/** @typedef {ReturnType<typeof trendShape>} Trend */
/** @typedef {ReturnType<typeof shareShape>} Share */
/** @typedef {ReturnType<typeof rankShape>} Rank */
/** @typedef {ReturnType<typeof anomaliesShape>["items"][number]} Anomaly */

/** @param {string} path @param {Record<string, any>} query @param {AbortSignal} [signal] */
function ask(path, query, signal) {
  return request("GET", `/analytics/${path}`, { query, signal });
}

/** @param {Scope} scope @param {AbortSignal} [signal] */
export async function fetchOverview(scope, signal) {
  return overviewShape(await ask("overview", scope, signal), "");
}

/** @param {Scope & { granularity: string, compare?: string }} query @param {AbortSignal} [signal] */
export async function fetchTrend(query, signal) {
  return trendShape(await ask("trend", query, signal), "");
}

/** @param {Scope & { level?: number }} query @param {AbortSignal} [signal] */
export async function fetchCategoryShare(query, signal) {
  return shareShape(await ask("category-share", query, signal), "");
}

/** @param {Scope & { by: string, metric?: string, limit?: number }} query @param {AbortSignal} [signal] */
export async function fetchRank(query, signal) {
  return rankShape(await ask("rank", query, signal), "");
}

/** @param {Scope & { scope?: string, level?: string }} query @param {AbortSignal} [signal] */
export async function fetchAnomalies(query, signal) {
  return anomaliesShape(await ask("anomalies", query, signal), "");
}

/** @param {string} id @param {"normal" | "confirmed"} verdict */
export async function judgeAnomaly(id, verdict) {
  await request("POST", `/analytics/anomalies/${encodeURIComponent(id)}/feedback`, { body: { verdict } });
}
