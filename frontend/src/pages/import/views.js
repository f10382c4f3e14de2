// @ts-check
import { icon } from "../../components/icon/icon.js";
import { problem } from "../../components/problem/problem.js";
import { has, locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { prefs } from "../../state/prefs.js";

/** @typedef {import("../../api/ingest.js").Import} Import */

/** Failures of the service, not of the file, which it has kept. */
const REPEATABLE = new Set(["storage-full", "internal"]);
/** States that an import can be taken back from. */
const UNDOABLE = new Set(["succeeded", "partial"]);
/** @type {Record<string, string>} */
const TONES = { succeeded: "success", partial: "warning", failed: "error", needs_mapping: "warning", needs_password: "warning", running: "accent", queued: "accent" };

/** @param {string} status */
export function statusTag(status) {
  const key = `import-status.${status}`;
  return html`<span class="tag tag-${TONES[status] ?? "none"}">${has(key) ? t(key) : status}</span>`;
}

/** @param {import("../../state/imports.js").Item} item @param {boolean} settled */
export function itemView(item, settled) {
  const { name, upload, waiting, result, error } = item;
  return html`
    <div class="import-line"><span class="import-name">${name}${item.options.repairOf && html` <span class="tag">${t("import.is-repair")}</span>`}</span><span class="import-state">${stateOf(item)}${(settled || upload) && html`<button type="button" class="icon-button" data-action="dismiss" aria-label="${t(settled ? "import.dismiss" : "import.cancel", { name })}">${icon("close", "icon-small")}</button>`}</span></div>
    ${error !== null ? problem(error) : upload ? !waiting && uploadBar(upload) : result && outcome(result, { duplicate: item.duplicate, detailed: true, canRepeat: item.file !== null })}`;
}

/** @param {import("../../state/imports.js").Item} item */
function stateOf({ result, error, upload, waiting, duplicate }) {
  if (result) return statusTag(duplicate ? "duplicate_file" : result.status);
  if (error !== null) return statusTag("failed");
  return html`<span class="note">${t(upload && waiting ? "import-status.waiting" : upload ? "import-status.uploading" : "import-status.queued")}</span>`;
}

/** @param {{ sent: number, total: number }} upload */
function uploadBar({ sent, total }) {
  const text = t("import.uploading", { done: formatBytes(sent), total: formatBytes(total) });
  return html`<progress max="${Math.max(1, total)}" value="${sent}" aria-label="${text}"></progress><p class="note figure">${text}</p>`;
}

/**
 * What came of an import and what can be done with it.
 * @param {Import} result @param {{ duplicate?: boolean, detailed: boolean, canRepeat: boolean }} options detailed: with its first refused rows
 */
export function outcome(result, { duplicate = false, detailed, canRepeat }) {
  if (["queued", "running", "undoing"].includes(result.status)) return progressBar(result);
  const isDone = UNDOABLE.has(result.status) && !result.dry_run;
  return html`
    ${duplicate && html`<div class="message">${icon("info")}<p>${t("import.duplicate-file")}</p></div>`}
    ${result.dry_run && UNDOABLE.has(result.status) && html`<div class="message">${icon("info")}<p>${t("import.dry-run-done")}</p></div>`}
    ${result.status === "failed" && html`<div class="message message-error" role="alert">${icon("alert")}<p>${failure(result)}</p></div>`}
    ${result.status === "needs_mapping" && html`<div class="message message-warning">${icon("table")}<div class="message-text"><p>${t("import.needs_mapping")}</p><div><a class="button button-small button-primary" href="#/import?view=map&id=${result.id}">${t("import.map")}</a></div></div></div>`}
    ${result.status === "needs_password" && html`<div class="message message-warning">${icon("lock")}<div class="message-text"><p>${t("import.needs_password")}</p><div><button type="button" class="button button-small button-primary" data-action="unlock">${t("unlock.title")}</button></div></div></div>`}
    ${result.status === "undone" && html`<p class="quiet">${t("import.undone-text", { count: result.rows_success, number: formatNumber(result.rows_success) })}</p>`}
    ${UNDOABLE.has(result.status) && counts(result)}
    <div class="actions">
      ${isRepeatable(result) && html`<button type="button" class="button button-small button-primary" data-action="retry">${t("import.retry")}</button>`}
      ${isDone && html`<a class="button button-small" href="#/transactions?import_id=${result.id}">${t("import.see-rows")}</a>`}
      ${result.dry_run && UNDOABLE.has(result.status) && canRepeat && html`<button type="button" class="button button-small button-primary" data-action="for-real">${t("import.for-real")}</button>`}
      ${result.rows_failed > 0 && result.status !== "undone" && html`<button type="button" class="button button-small" data-action="repair">${icon("download", "icon-small")}${t("import.repair")}</button>
        ${isDone && html`<button type="button" class="button button-small" data-action="upload-repaired">${icon("up", "icon-small")}${t("import.upload-repaired")}</button><input type="file" name="repaired" class="unseen" tabindex="-1" aria-label="${t("import.upload-repaired")}">`}`}
      ${isDone && html`<button type="button" class="button button-small" data-action="undo">${icon("undo", "icon-small")}${t("import.undo")}</button>`}
    </div>
    ${detailed && result.rows_failed > 0 && result.status !== "undone" && html`<div data-part="errors"></div>`}`;
}

/** @param {Import} result */
function progressBar({ status, progress }) {
  const { done = 0, total = 0, stage = "" } = progress ?? {};
  const key = `stage.${stage}`;
  const name = status === "queued" ? t("import-status.queued") : has(key) ? t(key) : t("import-status.running");
  return html`<progress ${total > 0 && html`max="${total}" value="${done}"`} aria-label="${name}"></progress>
    <p class="note figure">${name}${total > 0 && ` · ${Math.floor((done / total) * 100)}% · ${formatNumber(done)} / ${formatNumber(total)}`}</p>`;
}

/** What came of the rows, each kind by its word; those that can be listed lead to their rows. @param {Import} result */
function counts(result) {
  const here = `#/import?view=import&id=${result.id}`;
  /** @type {Array<[kind: string, count: number, tone: string, href: string | null]>} */
  const kinds = [
    ["ok", result.rows_success, "success-text", result.dry_run ? null : `#/transactions?import_id=${result.id}`],
    ["updated", result.rows_updated, "", null], ["duplicate", result.rows_duplicate, "", null],
    ["ignored", result.rows_ignored, "", `${here}&kind=ignored`], ["failed", result.rows_failed, result.rows_failed > 0 ? "error-text" : "", `${here}&kind=error`],
  ];
  return html`<p class="import-counts">${kinds.filter(([kind, count]) => count > 0 || kind !== "updated").map(([kind, count, tone, href]) => {
    const inside = html`${t(`import.rows-${kind}`)}<strong>${formatNumber(count)}</strong>`;
    return href && count > 0 ? html`<a class="figure ${tone}" href="${href}">${inside}</a>` : html`<span class="figure ${tone}">${inside}</span>`;
  })}</p>`;
}

/** Whether another try may come to a better end. @param {Import} result */
function isRepeatable({ status, error, dry_run: isDryRun }) {
  return status === "failed" && !isDryRun && REPEATABLE.has(error?.code ?? "");
}

/** Why a whole file was refused. @param {Import} result */
function failure({ error, dry_run: isDryRun }) {
  const key = `import-error.${error?.code ?? ""}${error?.code === "storage-full" && isDryRun ? "-again" : ""}`;
  const missing = error?.params.megabytes;
  return has(key) ? t(key, typeof missing === "number" ? { megabytes: formatNumber(missing) } : {}) : t("import-error.other");
}

/** @param {readonly Import[]} items */
export function historyTable(items) {
  const zone = prefs.value.timeZone;
  return html`<div class="table-wrap" tabindex="0"><table class="table">
    <thead><tr><th scope="col">${t("import.file")}</th><th scope="col">${t("import.status")}</th><th scope="col">${t("import.rows")}</th><th scope="col">${t("import.when")}</th><th scope="col"><span class="unseen">${t("import.undo")}</span></th></tr></thead>
    <tbody>${items.map((item) => html`<tr data-import="${item.id}">
      <td><a href="#/import?view=import&id=${item.id}">${item.filename}</a>${item.repair_of && html` <span class="tag">${t("import.is-repair")}</span>`}</td>
      <td>${statusTag(item.status)}${item.dry_run && html` <span class="tag">${t("import.is-dry-run")}</span>`}</td>
      <td class="figure">${rowSummary(item)}</td>
      <td class="figure">${formatInstant(item.created_at, locale(), zone)}</td>
      <td>${historyActions(item)}</td>
    </tr>`)}</tbody></table></div>`;
}

/** What came of the rows; of a file that gave none, why. @param {Import} item */
function rowSummary(item) {
  if (item.status === "failed") return html`<span class="quiet">${failure(item)}</span>`;
  if (!UNDOABLE.has(item.status) && item.status !== "undone") return "—";
  return t("import.row-summary", { ok: formatNumber(item.rows_success), duplicate: formatNumber(item.rows_duplicate), failed: formatNumber(item.rows_failed) });
}

/** @param {Import} item */
function historyActions(item) {
  return html`<div class="actions">
    ${item.status === "needs_mapping" && html`<a class="button button-plain button-small" href="#/import?view=map&id=${item.id}">${t("import.map")}</a>`}
    ${item.status === "needs_password" && html`<button type="button" class="button button-plain button-small" data-action="unlock">${t("unlock.title")}</button>`}
    ${isRepeatable(item) && html`<button type="button" class="button button-plain button-small" data-action="retry">${t("import.retry")}</button>`}
    ${item.rows_failed > 0 && item.status !== "undone" && html`<button type="button" class="button button-plain button-small" data-action="repair">${t("import.repair-short")}</button>`}
    ${UNDOABLE.has(item.status) && !item.dry_run && html`<button type="button" class="button button-plain button-small" data-action="undo">${t("import.undo")}</button>`}</div>`;
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes >= 1 << 20) return `${formatNumber(bytes / (1 << 20), 1)}\u00a0MB`;
  if (bytes >= 1 << 10) return `${formatNumber(bytes / (1 << 10))}\u00a0KB`;
  return `${bytes}\u00a0B`;
}
