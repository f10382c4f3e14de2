// @ts-check
import { list, maybe, number, orElse, record, text } from "../lib/shape.js";
import { download, request } from "./client.js";

export const reportShape = record({
  id: text, title: orElse(text, ""), format: text, status: text, from: maybe(text), to: maybe(text), locale: maybe(text),
  progress: maybe(record({ done: orElse(number, 0), total: orElse(number, 0), stage: orElse(text, "") })),
  file_name: maybe(text), size: maybe(number), error: maybe(record({ code: orElse(text, ""), detail: orElse(text, "") })), created_at: maybe(text),
});
export const reportsShape = record({ items: list(reportShape), next_cursor: maybe(text) });
export const acceptedReportShape = record({ id: text, status: text });
/** @typedef {ReturnType<typeof reportShape>} Report */

/** @param {{ format: string, from: string, to: string, locale: string, title?: string }} order */
export async function generateReport(order) {
  return acceptedReportShape(await request("POST", "/reports/generate", { body: order }), "");
}

/** @param {{ cursor?: string | null, limit?: number }} [page] */
export async function fetchReports(page = {}) {
  return reportsShape(await request("GET", "/reports", { query: page }), "");
}

/** @param {string} id */
export function downloadReport(id) {
  return download(`/reports/${encodeURIComponent(id)}/download`, { accept: "*/*" });
}

/** @param {string} id */
export async function deleteReport(id) {
  await request("DELETE", `/reports/${encodeURIComponent(id)}`);
}
