// @ts-check
import { list, maybe, number, orElse, record, text } from "../lib/shape.js";
import { download, request, upload } from "./client.js";

const progressShape = record({ done: orElse(number, 0), total: orElse(number, 0), stage: orElse(text, "") });
export const importShape = record({
  id: text, filename: orElse(text, ""), profile: maybe(text), status: text,
  rows_total: orElse(number, 0), rows_success: orElse(number, 0), rows_failed: orElse(number, 0),
  rows_duplicate: orElse(number, 0), rows_ignored: orElse(number, 0),
  progress: maybe(progressShape), last_seq: maybe(number), created_at: maybe(text),
  error: maybe(record({ code: orElse(text, ""), detail: orElse(text, "") })),
});
export const importsShape = record({ items: list(importShape), next_cursor: maybe(text) });
export const acceptedShape = record({ id: text, status: text });
export const importErrorsShape = record({
  items: list(record({ row: maybe(number), field: maybe(text), code: orElse(text, ""), detail: orElse(text, ""), raw: maybe(text), sheet: maybe(text) })),
  next_cursor: maybe(text),
});
export const expenseShape = record({
  id: text, time: maybe(text), local_date: text, amount: text, refunded_amount: maybe(text), currency: text, direction: text,
  category_id: maybe(text), merchant: orElse(text, ""), note: orElse(text, ""), source: orElse(text, ""), account: orElse(text, ""),
  location: maybe(record({ text: maybe(text) })),
});
export const expensesShape = record({ items: list(expenseShape), next_cursor: maybe(text) });
export const categoryShape = record({ id: text, name: text, parent_id: maybe(text), code: maybe(text) });
export const categoriesShape = record({ items: list(categoryShape), next_cursor: maybe(text) });
/** @typedef {ReturnType<typeof importShape>} Import */
/** @typedef {ReturnType<typeof expenseShape>} Expense */
/** @typedef {ReturnType<typeof categoryShape>} Category */
/** @typedef {ReturnType<typeof importErrorsShape>["items"][number]} ImportError */

/** States in which an import no longer changes by itself. */
export const SETTLED = new Set(["succeeded", "partial", "failed", "undone", "needs_mapping", "needs_password", "duplicate_file"]);

/**
 * @param {File} file
 * @param {(sentBytes: number, totalBytes: number) => void} onProgress
 */
export async function startImport(file, onProgress) {
  const form = new FormData();
  form.append("file", file, file.name);
  return acceptedShape(await upload("/data/import", form, onProgress), "");
}

/** @param {string} id */
export async function fetchImport(id) {
  return importShape(await request("GET", `/data/imports/${encodeURIComponent(id)}`), "");
}

/** @param {{ cursor?: string | null, limit?: number }} [page] */
export async function fetchImports(page = {}) {
  return importsShape(await request("GET", "/data/imports", { query: page }), "");
}

/** @param {string} id @param {{ cursor?: string | null, limit?: number }} [page] */
export async function fetchImportErrors(id, page = {}) {
  return importErrorsShape(await request("GET", `/data/imports/${encodeURIComponent(id)}/errors`, { query: page }), "");
}

/** @param {string} id */
export function downloadRepairFile(id) {
  return download(`/data/imports/${encodeURIComponent(id)}/errors`, { accept: "text/csv" });
}

/** @param {string} id */
export async function undoImport(id) {
  await request("DELETE", `/data/imports/${encodeURIComponent(id)}`);
}

/**
 * The filters of /expenses by name; analytics answers carry them ready made.
 * @typedef {Partial<Record<"from" | "to" | "category_id" | "direction" | "min_amount" | "max_amount" | "merchant" | "q" | "source" | "import_id" | "sort", string>>} ExpenseFilter
 */
/** @type {ReadonlyArray<keyof ExpenseFilter>} */
export const EXPENSE_FILTERS = ["from", "to", "category_id", "direction", "min_amount", "max_amount", "merchant", "q", "source", "import_id", "sort"];

/** @param {ExpenseFilter & { cursor?: string | null, limit?: number }} query @param {AbortSignal} [signal] */
export async function fetchExpenses(query, signal) {
  return expensesShape(await request("GET", "/expenses", { query, signal }), "");
}

/** Every category of the reader, in tree order. @returns {Promise<Category[]>} */
export async function fetchCategories() {
  /** @type {Category[]} */
  const all = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const page = categoriesShape(await request("GET", "/categories", { query: { cursor } }), "");
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}
