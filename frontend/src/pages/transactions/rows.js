// @ts-check
import { icon } from "../../components/icon/icon.js";
import { categoryName, locale, t } from "../../i18n/i18n.js";
import { formatDay } from "../../lib/dates.js";
import { html } from "../../lib/html.js";
import { formatMoney, formatPercent } from "../../lib/money.js";
import { placeOf } from "../../state/categories.js";
import { setBy } from "./set-by.js";

/**
 * @typedef {import("../../api/ingest.js").Expense} Expense
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 */

/** Columns that the list can be ordered by, with the name that /expenses gives them. @type {Readonly<Record<string, string>>} */
const ORDERED = { date: "time", amount: "amount" };

/** @param {string} sort "-time" and the like */
export function headCells(sort) {
  const names = ["date", "merchant", "category", "place", "amount"];
  return html`<span role="columnheader" class="tx-check"><input type="checkbox" tabindex="-1" data-action="all" aria-label="${t("transactions.choose-all")}"></span>
    ${names.map((name) => headCell(name, sort))}`;
}

/** @param {string} name @param {string} sort */
function headCell(name, sort) {
  const field = ORDERED[name];
  if (!field) return html`<span role="columnheader" class="tx-${name}">${t(`expense.${name}`)}</span>`;
  const [rising, falling] = [sort === field, sort === `-${field}`];
  const order = rising ? "ascending" : falling ? "descending" : "none";
  return html`<span role="columnheader" class="tx-${name}" aria-sort="${order}"><button type="button" tabindex="-1" data-sort="${falling ? field : `-${field}`}">${t(`expense.${name}`)}<span aria-hidden="true">${rising ? " ↑" : falling ? " ↓" : ""}</span></button></span>`;
}

/** A row that is on its way. */
export function waitingCells() {
  return html`<span role="gridcell" class="tx-check"></span><span role="gridcell" class="tx-date quiet">…</span><span role="gridcell" class="tx-merchant"><span class="tx-waiting"></span></span>`;
}

/** @param {Expense} item @param {{ tree: CategoryTree | null, currency: string, chosen: boolean, suggested?: import("../../state/suggestions.js").Suggested | null }} options */
export function rowCells(item, { tree, currency, chosen, suggested = null }) {
  const category = item.category_id ? tree?.byId.get(item.category_id) : null;
  const name = item.merchant || item.note || t("expense.no-merchant");
  return html`<span role="gridcell" class="tx-check"><input type="checkbox" tabindex="-1" ${chosen && html`checked`} data-action="choose" aria-label="${t("transactions.choose", { name })}"></span>
    <span role="gridcell" class="tx-date">${formatDay(item.local_date, locale())}</span>
    <span role="gridcell" class="tx-merchant" data-edit="merchant" title="${item.merchant}${item.note && ` · ${item.note}`}">${item.pending && html`<span class="tag tag-warning">${t("expense.pending")}</span> `}${name}${item.merchant && item.note && html` <span class="tx-note" data-edit="note">${item.note}</span>`}</span>
    <span role="gridcell" class="tx-category"><button type="button" tabindex="-1" data-edit="category" title="${setBy(item)} · ${t("transactions.edit-category")}"><span class="dot" data-colour="var(--cat-${placeOf(tree, item.category_id)})"></span><span>${category ? categoryName(category) : t("category.none")}</span>${item.category_source === "model" && html`<span class="tx-guess" aria-label="${setBy(item)}">?</span>`}</button>${suggested && suggestion(suggested, tree)}</span>
    <span role="gridcell" class="tx-place">${item.location?.text ?? ""}</span>
    <span role="gridcell" class="tx-amount">${item.links.length > 0 && icon("link", "icon-small")}${amount(item, currency)}</span>`;
}

/** What a row might be, to be taken with one click. @param {import("../../state/suggestions.js").Suggested} suggested @param {CategoryTree | null} tree */
function suggestion({ category_id: id, confidence }, tree) {
  const category = tree?.byId.get(id);
  if (!category) return "";
  const label = t("suggestion.take-named", { category: categoryName(category), share: formatPercent(confidence, 0) });
  return html`<button type="button" class="tx-suggested" tabindex="-1" data-action="take" title="${label}" aria-label="${label}"><span>${categoryName(category)}</span>${icon("check", "icon-small")}</button>`;
}

/** @param {Expense} item @param {string} currency the reader's */
export function amount(item, currency) {
  const text = formatMoney(item.amount, item.currency, { byCode: item.currency !== currency });
  switch (item.direction) {
    case "income": return html`<span class="income">+${text}</span>`;
    case "refund": return html`<span class="note tx-kind">${t("direction.refund")}</span> <span class="income">+${text}</span>`;
    case "expense": return Number(item.refunded_amount ?? 0) > 0
      ? html`<span class="note tx-kind">${t("expense.refunded", { amount: formatMoney(item.refunded_amount, item.currency) })}</span> <span>${text}</span>`
      : html`<span>${text}</span>`;
    default: return html`<span class="note tx-kind">${t(`direction.${item.direction}`)}</span> <span class="quiet">${text}</span>`;
  }
}
