// @ts-check
/**
 * One filter of a page: an entry here gives it a control, a chip and its place in the address.
 * @typedef {object} FilterEntry
 * @property {string} name of the address and of the services alike; `filter-name.NAME` labels its field, `filter.NAME` its chip
 * @property {"search" | "category" | "choice" | "text" | "amount" | "currency" | "source" | "link"} kind link: set by links alone
 * @property {readonly string[]} [values] of a choice
 * @property {string} [words] the group of messages that names its values
 * @property {string} [any] the message of the open choice
 * @property {boolean} [lead] stands in the bar itself, not among the further ones
 */

/** @type {FilterEntry} */
export const SEARCH = { name: "q", kind: "search", lead: true };
/** @type {FilterEntry} */
export const CATEGORY = { name: "category_id", kind: "category", any: "transactions.any-category", lead: true };
/** What charts and lists are narrowed by alike. @type {readonly FilterEntry[]} */
export const COMMON = [
  { name: "min_amount", kind: "amount" },
  { name: "max_amount", kind: "amount" },
  { name: "merchant", kind: "text" },
  { name: "place", kind: "text" },
  { name: "account", kind: "text" },
  { name: "source", kind: "source", words: "source" },
  { name: "currency", kind: "currency" },
  { name: "city", kind: "link", words: "city" },
  { name: "bbox", kind: "link" },
  { name: "located", kind: "link", words: "located" },
];
/** The filters that every chart takes. @type {readonly FilterEntry[]} */
export const CHART_FILTERS = [
  SEARCH,
  CATEGORY,
  { name: "direction", kind: "choice", values: ["income", "refund"], words: "direction", any: "direction.expense", lead: true },
  { name: "gross", kind: "choice", values: ["true"], words: "gross", any: "gross.false", lead: true },
  ...COMMON,
];

/**
 * What an address says of one filter; "" where it says nothing that counts.
 * @param {URLSearchParams} params @param {FilterEntry} entry
 */
export function valueIn(params, { name, values }) {
  const value = params.get(name) ?? "";
  return values && !values.includes(value) ? "" : value;
}

/** The entries that an address sets. @param {URLSearchParams} params @param {readonly FilterEntry[]} entries */
export function setIn(params, entries) {
  return entries.filter((entry) => valueIn(params, entry) !== "");
}

/**
 * The query by which charts are asked for the rows of an address, without its range.
 * @param {URLSearchParams} params
 * @returns {Record<string, string>}
 */
export function chartQuery(params) {
  const query = Object.fromEntries(setIn(params, CHART_FILTERS).map((entry) => [entry.name, valueIn(params, entry)]));
  return query.category_id && params.get("subtree") === "false" ? { ...query, subtree: "false" } : query;
}

/** The changes that take every filter and the range out of an address. @param {readonly FilterEntry[]} entries @returns {Record<string, null>} */
export function without(entries) {
  return Object.fromEntries(["range", "from", "to", "subtree", ...entries.map((entry) => entry.name)].map((name) => [name, null]));
}
