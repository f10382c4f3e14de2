// @ts-check
import { flag, list, maybe, number, object, orElse, record, text } from "../lib/shape.js";
import { request } from "./client.js";

/**
 * What every analytics call takes: a half-open range, and the filters of filter-entries.js by name.
 * @typedef {{ from?: string | null, to?: string | null, category_id?: string | null, min_seq?: number | null, [filter: string]: string | number | null | undefined }} Scope
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
export const histogramShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0), scale: orElse(text, "linear"),
  items: list(record({ lower: number, upper: number, amount: orElse(number, 0), count: number, filter: filterShape })),
  quantiles: maybe(record({ p50: number, p90: orElse(number, 0), max: orElse(number, 0), mean: orElse(number, 0) })),
});
export const radarShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0), by: text,
  items: list(record({ key: text, amount: number, count: orElse(number, 0), average: orElse(number, 0), occurrences: orElse(number, 0), filter: filterShape })),
});
const flowFields = {
  kind: text, of: maybe(text), key: maybe(text), name: orElse(text, ""), code: maybe(text),
  amount: number, count: orElse(number, 0), folded: orElse(number, 0), filter: maybe(object),
};
const plainNode = record(flowFields);
/** @typedef {ReturnType<typeof plainNode> & { children: TreeNode[] }} TreeNode */
/** @type {import("../lib/shape.js").Shape<TreeNode>} */
const treeNode = (value, path) => ({ ...plainNode(value, path), children: orElse(list(treeNode), [])(object(value, path).children, `${path}.children`) });
export const treeShape = record({ ...head, total: orElse(number, 0), count: orElse(number, 0), root: treeNode });
export const graphShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0),
  nodes: list(record({ id: text, ...flowFields })),
  links: list(record({ source: text, target: text, amount: number, count: orElse(number, 0), filter: maybe(object) })),
});
export const scatterShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0), months: orElse(number, 1), left_out: orElse(number, 0), silhouette: maybe(number),
  items: list(record({
    key: maybe(text), name: orElse(text, ""), code: maybe(text), category_id: maybe(text), frequency: number, average: number,
    amount: number, count: orElse(number, 0), cluster: orElse(number, 0), filter: filterShape,
  })),
  clusters: list(record({ cluster: number, label: text, centre: record({ frequency: number, average: number }), size: orElse(number, 0), amount: orElse(number, 0), count: orElse(number, 0) })),
});
const partShape = record({ amount: number, count: number, filter: maybe(object) });
export const heatmapShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0), by: text, precision: maybe(number), size: maybe(number), coarsened: orElse(flag, false),
  located: partShape, unlocated: partShape, rest: maybe(record({ amount: number, count: number })),
  items: list(record({
    key: text, lat: number, lon: number, name: maybe(text), name_en: maybe(text), code: maybe(text),
    amount: number, count: orElse(number, 0), share: orElse(number, 0), filter: filterShape,
  })),
});
export const insightsShape = record({
  ...head, total: orElse(number, 0), count: orElse(number, 0), months: orElse(number, 0), usual: maybe(number),
  period: maybe(record({ from: text, to: text, month: text, complete: orElse(flag, true) })),
  items: list(record({
    id: text, code: text, importance: number, amount: number, count: number, usual: maybe(number), change: maybe(number),
    params: orElse(object, {}), filter: maybe(object), period: record({ from: text, to: text }),
    parts: list(record({ kind: text, key: maybe(text), name: orElse(text, ""), code: maybe(text), amount: maybe(number), count: maybe(number), usual: maybe(number), change: maybe(number), filter: maybe(object) })),
  })),
});
export const viewShape = record({ id: text, name: text, page: text, query: object });
export const viewsShape = record({ items: list(viewShape), next_cursor: maybe(text) });
export const anomaliesShape = record({
  ...head, count: orElse(number, 0), history_days: orElse(number, 0), enough_history: orElse(flag, true),
  needed: orElse(record({ days: orElse(number, 0), spending_days: orElse(number, 0), purchases: orElse(number, 0) }), { days: 0, spending_days: 0, purchases: 0 }),
  feedback: orElse(record({ normal: orElse(number, 0), confirmed: orElse(number, 0), precision: maybe(number) }), { normal: 0, confirmed: 0, precision: null }),
  items: list(record({
    id: text, date: maybe(text), expense_id: maybe(text), amount: number,
    expected: maybe(record({ lower: maybe(number), upper: maybe(number) })), level: text,
    reason: record({ code: text, params: orElse(object, {}) }), feedback: maybe(text), filter: filterShape,
  })),
});
/** @typedef {ReturnType<typeof overviewShape>} Overview */
/** @typedef {ReturnType<typeof trendShape>} Trend */
/** @typedef {ReturnType<typeof shareShape>} Share */
/** @typedef {ReturnType<typeof rankShape>} Rank */
/** @typedef {ReturnType<typeof histogramShape>} Histogram */
/** @typedef {ReturnType<typeof radarShape>} Radar */
/** @typedef {ReturnType<typeof graphShape>} FlowGraph */
/** @typedef {ReturnType<typeof heatmapShape>} HeatMap */
/** @typedef {ReturnType<typeof viewShape>} View */
/** @typedef {ReturnType<typeof insightsShape>["items"][number]} Insight */
/** @typedef {ReturnType<typeof anomaliesShape>} Anomalies */
/** @typedef {Anomalies["items"][number]} Anomaly */

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

/** @param {Scope & { scale?: string, bins?: string }} query @param {AbortSignal} [signal] */
export async function fetchHistogram(query, signal) {
  return histogramShape(await ask("amount-hist", query, signal), "");
}

/** @param {Scope & { by: string }} query @param {AbortSignal} [signal] */
export async function fetchRadar(query, signal) {
  return radarShape(await ask("time-radar", query, signal), "");
}

/** Categories with their merchants. @param {Scope & { depth?: number }} query @param {AbortSignal} [signal] */
export async function fetchTree(query, signal) {
  return treeShape(await ask("behavior-tree", { ...query, form: "tree" }, signal), "");
}

/** The flow from sources to categories to merchants. @param {Scope} query @param {AbortSignal} [signal] */
export async function fetchGraph(query, signal) {
  return graphShape(await ask("behavior-tree", { ...query, form: "sankey" }, signal), "");
}

/** @param {Scope & { by?: string, clusters?: string }} query @param {AbortSignal} [signal] */
export async function fetchScatter(query, signal) {
  return scatterShape(await ask("level-scatter", query, signal), "");
}

/** Where money was spent. @param {Scope & { by: "coordinate" | "city", bbox?: string }} query @param {AbortSignal} [signal] */
export async function fetchHeatmap(query, signal) {
  return heatmapShape(await ask("heatmap", query, signal), "");
}

/** What stands out, the weightiest first. @param {Scope & { limit?: number }} query @param {AbortSignal} [signal] */
export async function fetchInsights(query, signal) {
  return insightsShape(await ask("insights", query, signal), "");
}

/** @param {AbortSignal} [signal] */
export async function fetchViews(signal) {
  return viewsShape(await request("GET", "/analytics/views", { signal }), "").items;
}

/** @param {{ name: string, page: string, query: Record<string, string> }} entry */
export async function saveView(entry) {
  return viewShape(await request("POST", "/analytics/views", { body: entry }), "");
}

/** @param {string} id @param {string} name */
export async function renameView(id, name) {
  return viewShape(await request("PATCH", `/analytics/views/${encodeURIComponent(id)}`, { body: { name } }), "");
}

/** @param {string} id */
export async function deleteView(id) {
  await request("DELETE", `/analytics/views/${encodeURIComponent(id)}`);
}

/** @param {Scope & { scope?: string, level?: string, method?: string, shown?: string }} query @param {AbortSignal} [signal] */
export async function fetchAnomalies(query, signal) {
  return anomaliesShape(await ask("anomalies", query, signal), "");
}

/**
 * Say what an anomaly is; `normal` silences its pattern for good.
 * @param {string} id @param {"normal" | "confirmed"} verdict @param {string} [method] by which it was found
 */
export async function judgeAnomaly(id, verdict, method) {
  await request("POST", `/analytics/anomalies/${encodeURIComponent(id)}/feedback`, { body: { verdict, ...(method ? { method } : {}) } });
}

/** Take back what was said. @param {string} id */
export async function unjudgeAnomaly(id) {
  await request("DELETE", `/analytics/anomalies/${encodeURIComponent(id)}/feedback`);
}
