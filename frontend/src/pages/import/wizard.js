// @ts-check
import { applyMapping, fetchImport, fetchPreview, tryMapping } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { createCard } from "../../components/card/card.js";
import { problem } from "../../components/problem/problem.js";
import { locale, t } from "../../i18n/i18n.js";
import { isAbort } from "../../lib/errors.js";
import { formatInstant } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney } from "../../lib/money.js";
import { categoryTree } from "../../state/categories.js";
import { takeUp } from "../../state/imports.js";
import { prefs } from "../../state/prefs.js";
import { reason } from "./errors.js";

/**
 * @typedef {import("../../api/ingest.js").Preview} Preview
 * @typedef {import("../../api/ingest.js").Mapping} Mapping
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 */

/** What a column can mean, the needed ones first. */
const ROLES = ["time", "amount", "amount_out", "amount_in", "direction", "merchant", "category", "note", "currency", "account", "external_id", "place", "lat", "lon"];
const ORDERS = ["ymd", "dmy", "mdy"];
const DECIMALS = [".", ","];
const SIGNS = ["expense_positive", "expense_negative", "by_direction", "two_columns"];
const PREVIEW_AFTER_MS = 250;

/**
 * Asks what the columns of an unknown table mean, and shows its rows as they would be stored.
 * @param {HTMLElement} element @param {URLSearchParams} params
 */
export function mountWizard(element, params) {
  const id = params.get("id") ?? "";
  const life = new AbortController();
  put(element, html`<div class="page"><div class="page-head"><h1>${t("map.title")}</h1><a class="button button-plain" href="#/import">${t("import.back")}</a></div></div>`);
  const questions = createCard({ title: t("map.columns") });
  const preview = createCard({ title: t("map.preview") });
  one(element, ".page").append(questions.element, preview.element);

  const ready = questions.run(async () => {
    const [item, first, tree] = await Promise.all([fetchImport(id), fetchPreview(id, life.signal), categoryTree().catch(() => null)]);
    questions.answer(t("map.lead", { name: item.filename }));
    put(questions.content, form(first, tree));
    put(preview.content, rowsTable(first));
    behaviour({ host: questions.content, preview, id, first, life });
  });
  return { ready, destroy: () => life.abort() };
}

/** @param {Preview} preview @param {CategoryTree | null} tree */
function form({ columns, mapping }, tree) {
  /** @param {string} name @param {readonly string[]} values @param {string} chosen */
  const choice = (name, values, chosen) => html`<div class="field"><label for="map-${name}">${t(`map.${name}`)}</label><select class="input" id="map-${name}" name="${name}">${values.map((value) => html`<option value="${value}" ${value === chosen && html`selected`}>${t(`map.${name}-${value}`)}</option>`)}</select></div>`;
  return html`<form class="form">
    <div class="table-wrap map-columns" tabindex="0" role="region" aria-label="${t("map.columns")}"><table class="table"><thead><tr><th scope="col">${t("map.column")}</th><th scope="col">${t("map.samples")}</th><th scope="col">${t("map.meaning")}</th></tr></thead>
    <tbody>${columns.map((column) => html`<tr><th scope="row">${column.name || t("map.unnamed", { number: column.index + 1 })}</th>
      <td class="map-samples">${column.samples.filter(Boolean).slice(0, 3).map((sample) => html`<span>${sample}</span>`)}</td>
      <td><select class="input input-compact" name="column-${column.index}" aria-label="${t("map.meaning-of", { name: column.name || String(column.index + 1) })}"><option value="">${t("map.role-none")}</option>${ROLES.map((role) => html`<option value="${role}" ${mapping.columns[role] === column.index && html`selected`}>${t(`map.role-${role}`)}</option>`)}</select></td></tr>`)}</tbody></table></div>
    <div class="map-choices">${choice("date_order", ORDERS, mapping.date_order)}${choice("decimal", DECIMALS, mapping.decimal)}${choice("sign", SIGNS, mapping.sign)}
      <div class="field"><label for="map-category">${t("map.category")}</label><select class="input" id="map-category" name="category_id"><option value="">${t("map.category-auto")}</option>${categoryOptions(tree, mapping.category_id)}</select></div>
      <div class="field"><label for="map-currency">${t("map.currency")}</label><input class="input" id="map-currency" name="currency" value="${mapping.currency ?? ""}" maxlength="3" pattern="[A-Za-z]{3}"></div></div>
    <label class="check"><input type="checkbox" name="remember" checked><span>${t("map.remember")}</span></label>
    <div data-part="problem"></div>
    <div class="actions"><button class="button button-primary">${t("map.import")}</button><a class="button" href="#/import">${t("map.later")}</a></div></form>`;
}

/**
 * @param {{ host: HTMLElement, preview: import("../../components/card/card.js").Card, id: string, first: Preview, life: AbortController }} wizard
 */
function behaviour({ host, preview, id, first, life }) {
  const element = /** @type {HTMLFormElement} */ (one(host, "form"));
  let call = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  life.signal.addEventListener("abort", () => {
    clearTimeout(timer);
    call.abort();
  });
  const look = () => preview.run(async () => {
    call.abort();
    call = new AbortController();
    const { signal } = call;
    const next = await tryMapping(id, mappingOf(element, first), signal);
    if (!signal.aborted) put(preview.content, rowsTable(next));
  });
  element.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.name.startsWith("column-")) freeRole(element, event.target);
    if (event.target instanceof HTMLInputElement && event.target.name === "remember") return;
    clearTimeout(timer);
    timer = setTimeout(look, PREVIEW_AFTER_MS);
  });
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const remember = /** @type {HTMLInputElement} */ (one(element, "[name=remember]")).checked;
    const button = /** @type {HTMLButtonElement} */ (one(element, ".button-primary"));
    button.disabled = true;
    try {
      await applyMapping(id, mappingOf(element, first), remember);
      takeUp(await fetchImport(id));
      location.hash = "#/import";
    } catch (error) {
      if (!isAbort(error)) put(one(element, "[data-part=problem]"), problem(error));
      button.disabled = false;
    }
  });
}

/** One column for each meaning: the column that had it gives it up. @param {HTMLFormElement} form @param {HTMLSelectElement} chosen */
function freeRole(form, chosen) {
  for (const select of form.querySelectorAll("select")) {
    if (select !== chosen && chosen.value && select.name.startsWith("column-") && select.value === chosen.value) select.value = "";
  }
}

/** @param {HTMLFormElement} form @param {Preview} first @returns {Mapping} */
function mappingOf(form, { mapping }) {
  const data = new FormData(form);
  /** @param {string} name */
  const value = (name) => String(data.get(name) ?? "");
  /** @type {Record<string, number | null>} */
  const columns = Object.fromEntries(ROLES.map((role) => [role, null]));
  for (const [name, role] of data) {
    if (name.startsWith("column-") && role) columns[String(role)] = Number(name.slice("column-".length));
  }
  return {
    ...mapping, columns, date_order: value("date_order"), decimal: value("decimal"), sign: value("sign"),
    category_id: value("category_id") || null, currency: value("currency").toUpperCase() || null,
  };
}

/** @param {Preview} preview */
function rowsTable({ rows }) {
  const bad = rows.filter((row) => row.error).length;
  return html`<p class="quiet">${bad > 0 ? t("map.some-bad", { count: bad, all: rows.length }) : t("map.all-good", { count: rows.length })}</p>
    <div class="table-wrap map-preview" tabindex="0" role="region" aria-label="${t("map.preview")}"><table class="table"><thead><tr><th scope="col" class="number">${t("import.row")}</th><th scope="col">${t("expense.date")}</th><th scope="col" class="number">${t("expense.amount")}</th><th scope="col">${t("transactions.direction")}</th><th scope="col">${t("expense.merchant")}</th><th scope="col">${t("expense.category")}</th><th scope="col">${t("expense.note")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr class="${row.error && "is-bad"}"><td class="number">${row.row ?? ""}</td>${row.error
      ? html`<td colspan="6"><span class="error-text">${reason(row.error)}</span></td>`
      : html`<td class="figure">${formatInstant(row.time, locale(), prefs.value.timeZone)}</td><td class="number">${formatMoney(row.amount, row.currency ?? "", { byCode: row.currency !== prefs.value.currency })}</td><td>${row.direction ? t(`direction.${row.direction}`) : ""}</td><td>${row.merchant ?? ""}</td><td>${row.category ?? t("map.by-rules")}</td><td class="quiet">${row.note ?? ""}</td>`}</tr>`)}</tbody></table></div>`;
}
