// @ts-check
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html } from "../../lib/html.js";
import { formatMoney } from "../../lib/money.js";
import { prefs } from "../../state/prefs.js";
import { reason } from "./errors.js";

/** @typedef {import("../../api/ingest.js").Preview["rows"][number]} Row */

/** The first rows, what stands in the file beside what would be stored. @param {{ rows: readonly Row[] }} preview */
export function rowsTable({ rows }) {
  const bad = rows.filter((row) => row.error && row.error.kind !== "ignored").length;
  const left = rows.filter((row) => row.error?.kind === "ignored").length;
  return html`<p class="${bad > 0 ? "error-text" : "quiet"}">${bad > 0 ? t("map.some-bad", { count: bad, all: rows.length }) : t("map.all-good", { count: rows.length - left })}${left > 0 && ` ${t("map.some-ignored", { count: left })}`}</p>
    <div class="table-wrap map-preview" tabindex="0" role="region" aria-label="${t("map.preview")}"><table class="table"><thead><tr><th scope="col" class="number">${t("import.row")}</th><th scope="col">${t("expense.date")}</th><th scope="col" class="number">${t("expense.amount")}</th><th scope="col">${t("transactions.direction")}</th><th scope="col">${t("expense.merchant")}</th><th scope="col">${t("expense.category")}</th><th scope="col">${t("expense.note")}</th></tr></thead>
    <tbody>${rows.map((row) => (row.error ? unreadRow(row, row.error) : readRow(row)))}</tbody></table></div>`;
}

/** @param {Row} row */
function readRow(row) {
  const own = row.currency === prefs.value.currency;
  return html`<tr><td class="number">${row.row ?? ""}</td>
    <td class="figure">${pair(row.raw.time, shownTime(row))}</td>
    <td class="number">${pair(row.raw.amount, formatMoney(row.amount, row.currency ?? "", { byCode: !own }))}</td>
    <td>${row.direction ? t(`direction.${row.direction}`) : ""}</td><td>${row.merchant ?? ""}</td><td class="quiet">${row.category ?? t("map.by-rules")}</td><td class="quiet">${row.note ?? ""}</td></tr>`;
}

/** @param {Row} row @param {NonNullable<Row["error"]>} error */
function unreadRow(row, error) {
  const tone = error.kind === "ignored" ? "quiet" : "error-text";
  return html`<tr class="is-bad"><td class="number">${row.row ?? ""}</td><td class="map-raw figure">${row.raw.time}</td><td class="map-raw number">${row.raw.amount}</td><td colspan="4"><span class="${tone}">${reason(error)}</span></td></tr>`;
}

/** What stands in the file, then what becomes of it. @param {string} raw @param {string} parsed */
function pair(raw, parsed) {
  return raw && raw !== parsed ? html`<span class="map-raw">${raw}</span><span class="map-arrow" aria-hidden="true">→</span><span class="map-parsed">${parsed}</span>` : html`<span class="map-parsed">${parsed}</span>`;
}

/** Without the clock where the file tells none. @param {Row} row */
function shownTime(row) {
  const shown = formatInstant(row.time, locale(), prefs.value.timeZone);
  return /[:时時]/.test(row.raw.time) ? shown : shown.replace(/ 00:00$/, "");
}
