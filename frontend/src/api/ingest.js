// @ts-check
import { flag, list, maybe, number, object, orElse, record, text } from "../lib/shape.js";
import { wait } from "../lib/wait.js";
import { download, request, upload } from "./client.js";

const CLASSIFYING_EVERY_MS = 400;

const progressShape = record({ done: orElse(number, 0), total: orElse(number, 0), stage: orElse(text, "") });
export const importShape = record({
  id: text, filename: orElse(text, ""), profile: maybe(text), status: text,
  rows_total: orElse(number, 0), rows_success: orElse(number, 0), rows_failed: orElse(number, 0),
  rows_duplicate: orElse(number, 0), rows_ignored: orElse(number, 0), rows_updated: orElse(number, 0),
  progress: maybe(progressShape), last_seq: maybe(number), created_at: maybe(text), repair_of: maybe(text), dry_run: orElse(flag, false),
  error: maybe(record({ code: orElse(text, ""), detail: orElse(text, ""), params: orElse(object, {}) })),
});
export const importsShape = record({ items: list(importShape), next_cursor: maybe(text) });
export const acceptedShape = record({ id: text, status: text });
export const importErrorsShape = record({
  items: list(record({ row: maybe(number), field: maybe(text), code: orElse(text, ""), detail: orElse(text, ""), suggestion: maybe(text), raw: maybe(text), sheet: maybe(text), kind: orElse(text, "error") })),
  next_cursor: maybe(text),
});
const linkOfRowShape = record({ id: maybe(text), kind: text, status: orElse(text, "linked"), expense_id: text, amount: maybe(text) });
export const expenseShape = record({
  id: text, time: maybe(text), local_date: text, amount: text, refunded_amount: maybe(text), currency: text, direction: text,
  category_id: maybe(text), category_source: orElse(text, ""), category_confidence: maybe(number),
  merchant: orElse(text, ""), note: orElse(text, ""), source: orElse(text, ""), account: orElse(text, ""),
  location: maybe(record({ text: maybe(text), lat: maybe(number), lon: maybe(number) })), pending: orElse(flag, false), stated_direction: maybe(text),
  external_id: maybe(text), order_ref: maybe(text), import_id: maybe(text), created_at: maybe(text),
  links: orElse(list(linkOfRowShape), []),
});
export const expensesShape = record({ items: list(expenseShape), next_cursor: maybe(text) });
export const categoryShape = record({ id: text, name: text, parent_id: maybe(text), code: maybe(text) });
export const categoriesShape = record({ items: list(categoryShape), next_cursor: maybe(text) });

const conditionShape = record({ field: text, op: text, value: orElse(anyValue, "") });
export const ruleShape = record({
  id: text, name: orElse(text, ""), conditions: orElse(list(conditionShape), []), field: maybe(text), contains: maybe(text),
  category_id: text, position: orElse(number, 0), enabled: orElse(flag, true), origin: orElse(text, "user"),
});
export const rulesShape = record({ items: list(ruleShape), next_cursor: maybe(text) });
export const suggestionShape = maybe(record({ conditions: list(conditionShape), category_id: text, matches: orElse(number, 0) }));
export const learntShape = record({ rule: ruleShape, changed: number, last_seq: maybe(number) });
export const classificationShape = record({ id: text, status: text, dry_run: orElse(flag, false), open_rows: orElse(number, 0), decided: orElse(number, 0), last_seq: maybe(number) });
export const suggestionsShape = record({ items: list(record({ expense_id: text, category_id: text, confidence: number })), next_cursor: maybe(text) });
export const rulePreviewShape = record({ matches: number, would_change: orElse(number, 0), items: list(expenseShape) });

export const linkShape = record({
  id: text, kind: text, status: text, score: maybe(number), reason: maybe(record({ code: orElse(text, ""), params: orElse(object, {}) })),
  amount: maybe(text), from: expenseShape, to: expenseShape,
});
export const linksShape = record({ items: list(linkShape), next_cursor: maybe(text) });

export const mappingShape = record({
  columns: object, notes: orElse(list(number), []), date_order: orElse(text, "ymd"), decimal: orElse(text, "."), sign: orElse(text, "expense_positive"),
  words: orElse(object, {}), category_id: maybe(text), currency: maybe(text), source: orElse(text, "mapped"),
  header_row: maybe(number), first_row: maybe(number), footer_rows: orElse(number, 0),
});
export const previewShape = record({
  columns: list(record({ index: number, name: orElse(text, ""), samples: orElse(list(orElse(text, "")), []), words: orElse(object, {}) })),
  header_row: orElse(number, 0), mapping: mappingShape, confidence: orElse(number, 0), doubts: orElse(list(text), []),
  rows: list(record({
    row: maybe(number), time: maybe(text), amount: maybe(text), currency: maybe(text), direction: maybe(text),
    category: maybe(text), merchant: maybe(text), note: maybe(text), error: maybe(anyError),
    raw: record({ time: orElse(text, ""), amount: orElse(text, "") }),
  })),
});
export const mappingsShape = record({
  items: list(record({ id: text, header: orElse(list(text), []), mapping: mappingShape, used_at: maybe(text) })),
  next_cursor: maybe(text),
});
export const positionsShape = record({ count: number, cursors: list(maybe(text)) });
export const countShape = record({ count: number, amount: orElse(object, {}), net_by_direction: orElse(object, {}) });
export const profilesShape = record({ items: list(record({ id: text, name: orElse(text, "") })), next_cursor: maybe(text) });
export const changedShape = record({ changed: orElse(number, 0), last_seq: maybe(number), deletion_id: maybe(text) });
export const deletionsShape = record({ items: list(record({ id: text, rows: orElse(number, 0), created_at: maybe(text) })), next_cursor: maybe(text) });
const movedShape = record({ moved: orElse(number, 0), last_seq: maybe(number) });
export const signedLinkShape = record({ url: text, expires_at: maybe(text) });

/** @param {unknown} value @returns {string | number | Array<string | number>} */
function anyValue(value) {
  return Array.isArray(value) ? value.map((item) => (typeof item === "number" ? item : String(item))) : typeof value === "number" ? value : String(value);
}

/** A row of a preview that cannot be read: a code alone, or with its sentence. @param {unknown} value */
function anyError(value) {
  const given = /** @type {Record<string, unknown>} */ (typeof value === "object" && value !== null ? value : { code: value });
  return { code: String(given.code ?? ""), field: String(given.field ?? ""), detail: String(given.detail ?? ""), kind: String(given.kind ?? "error") };
}

/** @typedef {ReturnType<typeof importShape>} Import */
/** @typedef {ReturnType<typeof expenseShape>} Expense */
/** @typedef {ReturnType<typeof categoryShape>} Category */
/** @typedef {ReturnType<typeof ruleShape>} Rule */
/** @typedef {ReturnType<typeof conditionShape>} Condition */
/** @typedef {ReturnType<typeof linkShape>} Link */
/** @typedef {ReturnType<typeof previewShape>} Preview */
/** @typedef {ReturnType<typeof mappingShape>} Mapping */
/** @typedef {NonNullable<ReturnType<typeof suggestionShape>>} Suggestion */
/** @typedef {ReturnType<typeof importErrorsShape>["items"][number]} ImportError */

/** States in which an import no longer changes by itself. */
export const SETTLED = new Set(["succeeded", "partial", "failed", "undone", "needs_mapping", "needs_password", "duplicate_file"]);

const part = encodeURIComponent;

/**
 * What the sender says about a file.
 * @typedef {{ dryRun?: boolean, repairOf?: string, force?: boolean, timeZone?: string }} UploadOptions
 */

/**
 * @param {File} file
 * @param {(sentBytes: number, totalBytes: number) => void} onProgress
 * @param {UploadOptions & { signal?: AbortSignal }} [options]
 */
export async function startImport(file, onProgress, { dryRun, repairOf, force, timeZone, signal } = {}) {
  const form = new FormData();
  // What is said about the file goes before it: the service reads the form as it streams in.
  if (dryRun) form.append("dry_run", "true");
  if (force) form.append("force", "true");
  if (repairOf) form.append("repair_of", repairOf);
  if (timeZone) form.append("time_zone", timeZone);
  form.append("file", file, file.name);
  return acceptedShape(await upload("/data/import", form, onProgress, signal), "");
}

/** @param {string} id */
export async function fetchImport(id) {
  return importShape(await request("GET", `/data/imports/${part(id)}`), "");
}

/** @param {{ cursor?: string | null, limit?: number }} [page] */
export async function fetchImports(page = {}) {
  return importsShape(await request("GET", "/data/imports", { query: page }), "");
}

/** @param {string} id @param {{ cursor?: string | null, limit?: number, kind?: string }} [page] */
export async function fetchImportErrors(id, page = {}) {
  return importErrorsShape(await request("GET", `/data/imports/${part(id)}/errors`, { query: page }), "");
}

/** @param {string} id */
export function downloadRepairFile(id) {
  return download(`/data/imports/${part(id)}/errors`, { accept: "text/csv" });
}

/** Tries an import again that the service failed, not its file. @param {string} id */
export async function retryImport(id) {
  await request("POST", `/data/imports/${part(id)}/retry`);
}

/** @param {string} id */
export async function undoImport(id) {
  await request("DELETE", `/data/imports/${part(id)}`);
}

/** @param {string} id @param {string} password */
export async function unlockImport(id, password) {
  await request("POST", `/data/imports/${part(id)}/unlock`, { body: { password } });
}

/** @param {string} id @param {AbortSignal} [signal] */
export async function fetchPreview(id, signal) {
  return previewShape(await request("GET", `/data/imports/${part(id)}/preview`, { signal }), "");
}

/** The rows as another mapping would store them. @param {string} id @param {Mapping} mapping @param {AbortSignal} [signal] */
export async function tryMapping(id, mapping, signal) {
  return previewShape(await request("POST", `/data/imports/${part(id)}/preview`, { body: { mapping }, signal }), "");
}

/** @param {string} id @param {Mapping} mapping @param {boolean} remember */
export async function applyMapping(id, mapping, remember) {
  await request("POST", `/data/imports/${part(id)}/mapping`, { body: { mapping, remember } });
}

/** What is remembered of tables whose columns were told once. */
export function fetchMappings() {
  return wholeList("/data/mappings", mappingsShape);
}

/** @param {string} id */
export async function forgetMapping(id) {
  await request("DELETE", `/data/mappings/${part(id)}`);
}

/** @param {{ status?: string, kind?: string, import_id?: string, cursor?: string | null, limit?: number }} query @param {AbortSignal} [signal] */
export async function fetchLinks(query, signal) {
  return linksShape(await request("GET", "/links", { query, signal }), "");
}

/** @param {string} id @param {"confirmed" | "rejected"} status */
export async function decideLink(id, status) {
  await request("PATCH", `/links/${part(id)}`, { body: { status } });
}

/**
 * The filters of /expenses by name; analytics answers carry them ready made.
 * @typedef {"from" | "to" | "category_id" | "direction" | "min_amount" | "max_amount" | "merchant" | "place" | "q" | "source" | "currency" | "category_source" | "pending" | "import_id" | "id" | "subtree" | "account" | "hour" | "weekday" | "month" | "bbox" | "city" | "located" | "sort"} FilterName
 * @typedef {Partial<Record<FilterName, string>>} ExpenseFilter
 */
/** @type {ReadonlyArray<FilterName>} */
export const EXPENSE_FILTERS = ["from", "to", "category_id", "direction", "min_amount", "max_amount", "merchant", "place", "q", "source", "currency", "category_source", "pending", "import_id", "id", "subtree", "account", "hour", "weekday", "month", "bbox", "city", "located", "sort"];

/** @param {ExpenseFilter & { cursor?: string | null, limit?: number }} query @param {AbortSignal} [signal] */
export async function fetchExpenses(query, signal) {
  return expensesShape(await request("GET", "/expenses", { query, signal }), "");
}

/** Where each stretch of `every` rows begins. @param {ExpenseFilter} filter @param {number} every @param {AbortSignal} [signal] */
export async function fetchPositions(filter, every, signal) {
  return positionsShape(await request("GET", "/expenses/positions", { query: { ...filter, every }, signal }), "");
}

/** @param {ExpenseFilter} filter @param {AbortSignal} [signal] */
export async function fetchCount({ sort: _, ...filter }, signal) {
  return countShape(await request("GET", "/expenses/count", { query: filter, signal }), "");
}

/** @param {string} id @param {AbortSignal} [signal] */
export async function fetchExpense(id, signal) {
  return expenseShape(await request("GET", `/expenses/${part(id)}`, { signal }), "");
}

/** @typedef {{ amount?: string, time?: string, currency?: string, direction?: string, category_id?: string, merchant?: string, note?: string, location?: { text: string | null, lat: number | null, lon: number | null } }} ExpenseEntry */

/** @param {ExpenseEntry} entry */
export async function addExpense(entry) {
  return expenseShape(await request("POST", "/expenses", { body: entry }), "");
}

/** The row, and the rule that its correction suggests. @param {string} id @param {ExpenseEntry} changes */
export async function changeExpense(id, changes) {
  const answer = await request("PATCH", `/expenses/${part(id)}`, { body: changes });
  return { expense: expenseShape(answer, ""), suggestion: suggestionShape(object(answer, "").suggested_rule, "suggested_rule") };
}

/** @param {string} id */
export async function deleteExpense(id) {
  await request("DELETE", `/expenses/${part(id)}`);
}

/**
 * @param {{ ids: string[] } | { filter: ExpenseFilter }} rows
 * @param {{ changes: { category_id?: string, direction?: string, note?: string, merchant?: string } } | { delete: true }} act
 */
export async function changeInBulk(rows, act) {
  return changedShape(await request("POST", "/expenses/bulk", { body: { ...rows, ...act } }), "");
}

/** Deletions of many rows that can be taken back, newest first. @param {AbortSignal} [signal] */
export async function fetchDeletions(signal) {
  return deletionsShape(await request("GET", "/expenses/deletions", { signal }), "").items;
}

/** Lets deleted rows stand again as they were. @param {string} id */
export async function restoreDeletion(id) {
  return changedShape(await request("POST", `/expenses/deletions/${part(id)}/restore`), "");
}

/** Every item of a list that comes in pages. @template T @param {string} path @param {(value: unknown, path: string) => { items: T[], next_cursor: string | null }} shape @returns {Promise<T[]>} */
async function wholeList(path, shape) {
  /** @type {T[]} */
  const all = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const page = shape(await request("GET", path, { query: { cursor } }), "");
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}

/** Every category of the reader, in tree order. */
export function fetchCategories() {
  return wholeList("/categories", categoriesShape);
}

/** @param {{ name: string, parent_id: string | null }} entry */
export async function addCategory(entry) {
  return categoryShape(await request("POST", "/categories", { body: entry }), "");
}

/** @param {string} id @param {{ name?: string, parent_id?: string | null, position?: number }} changes */
export async function changeCategory(id, changes) {
  await request("PATCH", `/categories/${part(id)}`, { body: changes });
}

/** @param {string} id */
export async function deleteCategory(id) {
  await request("DELETE", `/categories/${part(id)}`);
}

/** @param {string} id @param {string} intoId */
export async function mergeCategory(id, intoId) {
  return movedShape(await request("POST", `/categories/${part(id)}/merge`, { body: { into_id: intoId } }), "");
}

export function fetchRules() {
  return wholeList("/rules", rulesShape);
}

/** @typedef {{ name?: string, conditions?: Condition[], category_id?: string, position?: number, enabled?: boolean }} RuleEntry */

/** @param {RuleEntry} entry */
export async function addRule(entry) {
  return ruleShape(await request("POST", "/rules", { body: entry }), "");
}

/** @param {string} id @param {RuleEntry} changes */
export async function changeRule(id, changes) {
  await request("PATCH", `/rules/${part(id)}`, { body: changes });
}

/** @param {string} id */
export async function deleteRule(id) {
  await request("DELETE", `/rules/${part(id)}`);
}

/** @param {{ conditions: Condition[], category_id?: string, limit?: number }} query @param {AbortSignal} [signal] */
export async function previewRule(query, signal) {
  return rulePreviewShape(await request("POST", "/rules/preview", { body: query, signal }), "");
}

/** Rows changed, null where the work goes on in the background. @param {{ rule_ids?: string[], only_unset?: boolean }} query */
export async function applyRules(query) {
  const answer = object(await request("POST", "/rules/apply", { body: query }), "");
  return typeof answer.changed === "number" ? changedShape(answer, "") : null;
}

/** Makes a rule of a corrected row and applies it. @param {string} expenseId */
export async function learnRule(expenseId) {
  return learntShape(await request("POST", "/rules/from-correction", { body: { expense_id: expenseId, apply: true } }), "");
}

/** Lets the model decide rows that nobody has decided; a dry run only counts. @param {{ dryRun: boolean }} options @param {AbortSignal} [signal] */
export async function classify({ dryRun }, signal) {
  let state = classificationShape(await request("POST", "/rules/classify", { body: { dry_run: dryRun }, signal }), "");
  while (state.status === "queued" || state.status === "running") {
    await wait(CLASSIFYING_EVERY_MS, signal);
    state = classificationShape(await request("GET", `/rules/classify/${part(state.id)}`, { signal }), "");
  }
  return state;
}

/** What rows might be that nobody has decided; at most 100 at a time. @param {string[]} ids @param {AbortSignal} [signal] */
export async function suggestCategories(ids, signal) {
  return suggestionsShape(await request("POST", "/expenses/suggestions", { body: { ids }, signal }), "").items;
}

/** The kinds of statements that are recognised. */
export function fetchProfiles() {
  return wholeList("/data/profiles", profilesShape);
}

/** @typedef {{ kind: string, format: string, lang: string }} ExportChoice */

/** @param {ExportChoice} choice @param {ExpenseFilter} filter */
function exportQuery({ kind, format, lang }, filter) {
  return { ...filter, format, kind, lang };
}

/** @param {ExportChoice} choice @param {ExpenseFilter} filter */
export async function exportLink(choice, filter) {
  return signedLinkShape(await request("GET", "/data/export", { query: { ...exportQuery(choice, filter), link: true } }), "");
}

/** @param {ExportChoice} choice @param {ExpenseFilter} filter */
export function downloadExport(choice, filter) {
  return download("/data/export", { query: exportQuery(choice, filter), accept: "*/*" });
}
