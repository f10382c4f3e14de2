// @ts-check
import { icon } from "../../components/icon/icon.js";
import { problem } from "../../components/problem/problem.js";
import { has, locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { prefs } from "../../state/prefs.js";

/** @typedef {import("../../api/ingest.js").Import} Import */

/** States that an import can be taken back from. */
const UNDOABLE = new Set(["succeeded", "partial"]);
/** @type {Record<string, string>} */
const TONES = { succeeded: "success", partial: "warning", failed: "error", needs_mapping: "warning", needs_password: "warning", running: "accent", queued: "accent" };

/** @param {string} status */
export function statusTag(status) {
  const key = `import-status.${status}`;
  return html`<span class="tag tag-${TONES[status] ?? "none"}">${has(key) ? t(key) : status}</span>`;
}

/** @param {import("../../state/imports.js").Item} item */
export function itemView(item) {
  const { name, upload, result, error } = item;
  return html`
    <div class="import-line"><span class="import-name">${name}</span>${result ? statusTag(item.duplicate ? "duplicate_file" : result.status) : error ? statusTag("failed") : html`<span class="note">${t("import-status.uploading")}</span>`}</div>
    ${error !== null ? problem(error) : upload ? uploadBar(upload) : result && outcome(result, item.duplicate)}`;
}

/** @param {{ sent: number, total: number }} upload */
function uploadBar({ sent, total }) {
  const text = t("import.uploading", { done: formatBytes(sent), total: formatBytes(total) });
  return html`<progress max="${Math.max(1, total)}" value="${sent}" aria-label="${text}"></progress><p class="note figure">${text}</p>`;
}

/** @param {Import} result @param {boolean} duplicate */
function outcome(result, duplicate) {
  if (result.status === "queued" || result.status === "running") return progressBar(result);
  return html`
    ${duplicate && html`<div class="message">${icon("info")}<p>${t("import.duplicate-file")}</p></div>`}
    ${result.status === "failed" && html`<div class="message message-error" role="alert">${icon("alert")}<p>${failure(result)}</p></div>`}
    ${(result.status === "needs_mapping" || result.status === "needs_password") && html`<div class="message message-warning">${icon("alert")}<p>${t(`import.${result.status}`)}</p></div>`}
    ${result.status !== "failed" && result.status !== "undone" && counts(result)}
    <div class="actions">
      ${UNDOABLE.has(result.status) && html`<a class="button button-small" href="#/transactions?import_id=${result.id}">${t("import.see-rows")}</a>`}
      ${result.rows_failed > 0 && result.status !== "undone" && html`<button type="button" class="button button-small" data-action="repair">${icon("download", "icon-small")}${t("import.repair")}</button>`}
      ${UNDOABLE.has(result.status) && html`<button type="button" class="button button-small" data-action="undo">${icon("undo", "icon-small")}${t("import.undo")}</button>`}
    </div>
    ${result.rows_failed > 0 && html`<div data-part="errors"></div>`}`;
}

/** @param {Import} result */
function progressBar({ status, progress }) {
  const { done = 0, total = 0, stage = "" } = progress ?? {};
  const key = `stage.${stage}`;
  const name = status === "queued" ? t("import-status.queued") : has(key) ? t(key) : t("import-status.running");
  return html`<progress ${total > 0 && html`max="${total}" value="${done}"`} aria-label="${name}"></progress>
    <p class="note figure">${name}${total > 0 && ` · ${Math.floor((done / total) * 100)}% · ${formatNumber(done)} / ${formatNumber(total)}`}</p>`;
}

/** What came of the rows, each kind by its word. @param {Import} result */
function counts(result) {
  /** @type {Array<[string, number, string]>} */
  const kinds = [["ok", result.rows_success, "success-text"], ["duplicate", result.rows_duplicate, ""], ["ignored", result.rows_ignored, ""], ["failed", result.rows_failed, result.rows_failed > 0 ? "error-text" : ""]];
  return html`<p class="import-counts">${kinds.map(([kind, count, tone]) => html`<span class="figure ${tone}">${t(`import.rows-${kind}`)}<strong>${formatNumber(count)}</strong></span>`)}</p>`;
}

/** Why a whole file was refused. @param {Import} result */
function failure({ error }) {
  const key = `import-error.${error?.code ?? ""}`;
  return has(key) ? t(key) : t("import-error.other");
}

/** @param {readonly Import[]} items */
export function historyTable(items) {
  const zone = prefs.value.timeZone;
  return html`<div class="table-wrap" tabindex="0"><table class="table">
    <thead><tr><th scope="col">${t("import.file")}</th><th scope="col">${t("import.status")}</th><th scope="col">${t("import.rows")}</th><th scope="col">${t("import.when")}</th><th scope="col"><span class="unseen">${t("import.undo")}</span></th></tr></thead>
    <tbody>${items.map((item) => html`<tr data-import="${item.id}">
      <td><a href="#/transactions?import_id=${item.id}">${item.filename}</a></td>
      <td>${statusTag(item.status)}</td>
      <td class="figure">${t("import.row-summary", { ok: formatNumber(item.rows_success), duplicate: formatNumber(item.rows_duplicate), failed: formatNumber(item.rows_failed) })}</td>
      <td class="figure">${formatInstant(item.created_at, locale(), zone)}</td>
      <td><div class="actions">${item.rows_failed > 0 && item.status !== "undone" && html`<button type="button" class="button button-plain button-small" data-action="repair">${t("import.repair-short")}</button>`}
        ${UNDOABLE.has(item.status) && html`<button type="button" class="button button-plain button-small" data-action="undo">${t("import.undo")}</button>`}</div></td>
    </tr>`)}</tbody></table></div>`;
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes >= 1 << 20) return `${formatNumber(bytes / (1 << 20), 1)}\u00a0MB`;
  if (bytes >= 1 << 10) return `${formatNumber(bytes / (1 << 10))}\u00a0KB`;
  return `${bytes}\u00a0B`;
}
