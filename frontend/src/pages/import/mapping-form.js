// @ts-check
import { categoryOptions } from "../../components/category-select/category-select.js";
import { icon } from "../../components/icon/icon.js";
import { t } from "../../i18n/i18n.js";
import { html } from "../../lib/html.js";

/**
 * @typedef {import("../../api/ingest.js").Preview} Preview
 * @typedef {import("../../api/ingest.js").Mapping} Mapping
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 */

/** What a column can mean, the needed ones first. */
export const ROLES = ["time", "clock", "amount", "amount_out", "amount_in", "direction", "merchant", "category", "note", "currency", "account", "external_id", "place", "lat", "lon"];
const ORDERS = ["ymd", "dmy", "mdy"];
const DECIMALS = [".", ","];
const SIGNS = ["expense_negative", "expense_positive", "by_direction"];
const DIRECTIONS = ["expense", "income", "transfer", "refund", "neutral"];
/** Doubts about a choice below the columns; the others are about columns. */
const CHOICES = new Set(["date_order", "decimal", "sign", "header"]);

/** @param {Preview} preview @param {CategoryTree | null} tree */
export function mappingForm(preview, tree) {
  const { mapping, doubts } = preview;
  return html`<form class="form">
    ${doubts.length > 0 && html`<div class="message message-warning">${icon("alert")}<p>${t("map.doubts", { doubts: doubts.map((doubt) => t(`map.doubt-${doubt}`)).join(t("map.doubts-join")) })}</p></div>`}
    <div data-part="columns">${columnsTable(preview)}</div>
    <div data-part="words"></div>
    <div class="map-choices">
      ${choice("date_order", ORDERS, mapping.date_order, doubts)}${choice("decimal", DECIMALS, mapping.decimal, doubts)}${choice("sign", SIGNS, mapping.sign, doubts)}
      <div class="field"><label for="map-currency">${t("map.currency")}</label><input class="input" id="map-currency" name="currency" value="${mapping.currency ?? ""}" maxlength="3" pattern="[A-Za-z]{3}" placeholder="${t("map.currency-own")}" autocomplete="off"></div>
      <div class="field"><label for="map-category">${t("map.category")}</label><select class="input" id="map-category" name="category_id"><option value="">${t("map.category-auto")}</option>${categoryOptions(tree, mapping.category_id)}</select></div>
    </div>
    <details class="map-more" ${doubts.includes("header") && html`open`}><summary>${t("map.more")}</summary><div class="map-choices">
      ${line("header_row", preview.header_row, doubts)}${line("footer_rows", mapping.footer_rows, doubts)}
      <div class="field"><label for="map-source">${t("map.source")}</label><input class="input" id="map-source" name="source" value="${mapping.source === "mapped" ? "" : mapping.source}" maxlength="40" placeholder="${t("map.source-own")}" autocomplete="off"></div>
    </div></details>
    <label class="check"><input type="checkbox" name="remember" checked><span>${t("map.remember")}</span></label>
    <div data-part="problem"></div>
    <div class="actions"><button class="button button-primary">${t("map.import")}</button><a class="button" href="#/import">${t("map.later")}</a></div></form>`;
}

/** @param {string} name @param {readonly string[]} values @param {string} chosen @param {readonly string[]} doubts */
function choice(name, values, chosen, doubts) {
  return html`<div class="field" data-field="${name}"><label for="map-${name}">${t(`map.${name}`)}</label>
    <select class="input" id="map-${name}" name="${name}">${values.map((value) => html`<option value="${value}" ${value === chosen && html`selected`}>${t(`map.${name}-${value}`)}</option>`)}</select>${check(name, doubts)}</div>`;
}

/** @param {string} name @param {number} value @param {readonly string[]} doubts */
function line(name, value, doubts) {
  return html`<div class="field"><label for="map-${name}">${t(`map.${name}`)}</label><input class="input" id="map-${name}" name="${name}" type="number" inputmode="numeric" min="0" max="${name === "footer_rows" ? 100 : 60}" value="${value}"><p class="field-hint">${t(`map.${name}-hint`)}</p>${check(name === "header_row" ? "header" : name, doubts)}</div>`;
}

/** @param {string} name @param {readonly string[]} doubts */
function check(name, doubts) {
  return CHOICES.has(name) && doubts.includes(name) && html`<p class="field-hint warning-text">${t("map.check")}</p>`;
}

/** Every column with some of its cells and what it means. @param {Preview} preview */
export function columnsTable({ columns, mapping }) {
  return html`<div class="table-wrap map-columns" tabindex="0" role="region" aria-label="${t("map.columns")}"><table class="table"><thead><tr><th scope="col">${t("map.column")}</th><th scope="col">${t("map.samples")}</th><th scope="col">${t("map.meaning")}</th></tr></thead>
    <tbody>${columns.map((column) => html`<tr><th scope="row">${column.name || t("map.unnamed", { number: column.index + 1 })}</th>
      <td class="map-samples">${column.samples.filter(Boolean).slice(0, 3).map((sample) => html`<span>${sample}</span>`)}</td>
      <td><select class="input input-compact" name="column-${column.index}" aria-label="${t("map.meaning-of", { name: column.name || String(column.index + 1) })}"><option value="">${t("map.role-none")}</option>${ROLES.map((role) => html`<option value="${role}" ${role === roleOf(mapping, column.index) && html`selected`}>${t(`map.role-${role}`)}</option>`)}</select></td></tr>`)}</tbody></table></div>`;
}

/** @param {Mapping} mapping @param {number} index */
function roleOf(mapping, index) {
  return mapping.notes.includes(index) ? "note" : ROLES.find((role) => mapping.columns[role] === index);
}

/** What each word of the column of kinds tells; the words that nobody knows come first. @param {Preview} preview */
export function wordsTable({ columns, mapping }) {
  const words = Object.entries(columns.find((column) => column.index === mapping.columns.direction)?.words ?? {});
  if (words.length === 0) return html``;
  const sorted = [...words].sort(([, one], [, other]) => Number(Boolean(one)) - Number(Boolean(other)));
  return html`<fieldset class="map-words"><legend class="field-label">${t("map.words")}</legend><div class="map-choices">${sorted.map(([word, told], index) => html`<div class="field"><label for="map-word-${index}">${word}</label><select class="input" id="map-word-${index}" data-word="${word}"><option value="">${t("map.word-none")}</option>${DIRECTIONS.map((direction) => html`<option value="${direction}" ${direction === told && html`selected`}>${t(`direction.${direction}`)}</option>`)}</select></div>`)}</div></fieldset>`;
}

/** The mapping that the form tells; what it does not ask stays as it is. @param {HTMLFormElement} form @param {Mapping} mapping @returns {Mapping} */
export function mappingOf(form, mapping) {
  const data = new FormData(form);
  /** @param {string} name */
  const value = (name) => String(data.get(name) ?? "").trim();
  /** @type {Record<string, number | null>} */
  const columns = Object.fromEntries(ROLES.map((role) => [role, null]));
  /** @type {number[]} */
  const notes = [];
  for (const [name, role] of data) {
    if (!name.startsWith("column-") || !role) continue;
    const index = Number(name.slice("column-".length));
    if (role === "note" && columns.note !== null) notes.push(index);
    else columns[String(role)] = index;
  }
  const headerRow = Number(value("header_row")) || 0;
  return {
    ...mapping, columns, notes, words: wordsOf(form, mapping), date_order: value("date_order"), decimal: value("decimal"),
    sign: columns.amount === null ? "two_columns" : value("sign"),
    category_id: value("category_id") || null, currency: value("currency").toUpperCase() || null, source: value("source") || "mapped",
    header_row: headerRow, first_row: headerRow === mapping.header_row ? mapping.first_row : null, footer_rows: Number(value("footer_rows")) || 0,
  };
}

/** @param {HTMLFormElement} form @param {Mapping} mapping */
function wordsOf(form, mapping) {
  /** @type {Record<string, unknown>} */
  const words = { ...mapping.words };
  for (const select of form.querySelectorAll("select[data-word]")) {
    if (!(select instanceof HTMLSelectElement)) continue;
    const word = (select.dataset.word ?? "").toLowerCase();
    if (select.value) words[word] = select.value;
    else delete words[word];
  }
  return words;
}

/**
 * Keeps the choices sensible after a column changed its meaning: each meaning has one column (notes
 * may have several), amounts are one column or two, and the column of kinds tells the direction.
 * @param {HTMLFormElement} form @param {HTMLSelectElement} changed
 */
export function settle(form, changed) {
  const role = changed.value;
  const gone = role === "amount" ? ["amount", "amount_out", "amount_in"] : role === "amount_out" || role === "amount_in" ? [role, "amount"] : role && role !== "note" ? [role] : [];
  for (const select of columnSelects(form)) if (select !== changed && gone.includes(select.value)) select.value = "";
  const sign = /** @type {HTMLSelectElement} */ (form.elements.namedItem("sign"));
  if (role === "direction") sign.value = "by_direction";
  else if (sign.value === "by_direction" && !has(form, "direction")) sign.value = "expense_positive";
  showChoices(form);
}

/** Shows the choices that matter for the columns chosen. @param {HTMLFormElement} form */
export function showChoices(form) {
  const sign = /** @type {HTMLSelectElement} */ (form.elements.namedItem("sign"));
  const field = sign.closest(".field");
  if (field instanceof HTMLElement) field.hidden = !has(form, "amount");
  for (const option of sign.options) if (option.value === "by_direction") option.disabled = !has(form, "direction");
}

/** @param {HTMLFormElement} form @param {string} role */
function has(form, role) {
  return columnSelects(form).some((select) => select.value === role);
}

/** @param {HTMLFormElement} form */
function columnSelects(form) {
  return [...form.querySelectorAll("select")].filter((select) => select.name.startsWith("column-"));
}
