// @ts-check
import { EXPENSE_FILTERS } from "../../api/ingest.js";
import { drawFilterBar } from "../../components/filter-bar/filter-bar.js";
import { todayIn } from "../../lib/dates.js";
import { CATEGORY, COMMON, SEARCH, setIn } from "../../state/filter-entries.js";
import { hashOf, rangeOf } from "../../state/filters.js";
import { prefs } from "../../state/prefs.js";

/**
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 * @typedef {import("../../state/filter-entries.js").FilterEntry} FilterEntry
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 */

export const DIRECTIONS = ["expense", "income", "refund", "transfer", "neutral"];
export const CATEGORY_SOURCES = ["rule", "model", "user", "file", "default"];
/** @type {readonly FilterEntry[]} */
const ROW_FILTERS = [
  SEARCH,
  CATEGORY,
  { name: "direction", kind: "choice", values: DIRECTIONS, words: "direction", any: "transactions.any-direction", lead: true },
  ...COMMON,
  { name: "category_source", kind: "choice", values: CATEGORY_SOURCES, words: "category-source" },
  { name: "pending", kind: "choice", values: ["true", "false"], words: "pending" },
  { name: "hour", kind: "link" },
  { name: "weekday", kind: "link", words: "weekday" },
  { name: "month", kind: "link", words: "month" },
  { name: "import_id", kind: "link" },
  { name: "id", kind: "link" },
];

/** The filter of an address, as /expenses takes it. @param {URLSearchParams} params @returns {ExpenseFilter} */
export function filterOf(params) {
  const { range } = rangeOf(params, todayIn(prefs.value.timeZone), "all");
  const named = Object.fromEntries(EXPENSE_FILTERS.map((name) => [name, params.get(name) || undefined]));
  return withoutAbsent({ ...named, from: range?.from, to: range?.to });
}

/** @param {ExpenseFilter} filter @returns {ExpenseFilter} */
function withoutAbsent(filter) {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** @param {URLSearchParams} params @param {Record<string, string | null>} changes */
export function change(params, changes) {
  location.hash = hashOf("transactions", { ...Object.fromEntries(params), ...changes });
}

/** @param {HTMLElement} element @param {URLSearchParams} params @param {CategoryTree | null} tree */
export function controls(element, params, tree) {
  const today = todayIn(prefs.value.timeZone);
  drawFilterBar(element, { entries: ROW_FILTERS, params, tree, today, picked: rangeOf(params, today, "all"), change: (changes) => change(params, changes) });
}

/** @param {URLSearchParams} params */
export function anySet(params) {
  return setIn(params, ROW_FILTERS).length > 0 || rangeOf(params, todayIn(prefs.value.timeZone), "all").range !== null;
}
