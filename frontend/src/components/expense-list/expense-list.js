// @ts-check
import { categoryName, locale, t } from "../../i18n/i18n.js";
import { formatDay, formatDayShort, formatWeekday } from "../../lib/dates.js";
import { html } from "../../lib/html.js";
import { formatMoney, MINUS } from "../../lib/money.js";
import { placeOf } from "../../state/categories.js";

/**
 * @typedef {import("../../api/ingest.js").Expense} Expense
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 */

/**
 * Transactions in rows; two lines each on a phone, and where compact.
 * @param {readonly Expense[]} items
 * @param {{ tree: CategoryTree | null, currency: string, compact?: boolean, head?: boolean }} options
 */
export function expenseRows(items, { tree, currency, compact = false, head = true }) {
  let day = "";
  const places = items.some((item) => item.location?.text);
  return html`${head && !compact && headRow(places)}${items.map((item) => {
    const heading = !compact && item.local_date !== day;
    day = item.local_date;
    return html`${heading && html`<h3 class="expense-day">${formatDay(day, locale())} ${formatWeekday(day, locale())}</h3>`}${row(item, { tree, currency, compact, places })}`;
  })}`;
}

/** @param {boolean} places some row has one */
function headRow(places) {
  const names = ["date", "merchant", "category", "place", "amount"];
  return html`<div class="expense-row expense-head ${!places && "has-no-place"}" aria-hidden="true">${names.map((name) => html`<span class="expense-${name}">${t(`expense.${name}`)}</span>`)}</div>`;
}

/** @param {Expense} item @param {{ tree: CategoryTree | null, currency: string, compact: boolean, places: boolean }} options */
function row(item, { tree, currency, compact, places }) {
  const category = item.category_id ? tree?.byId.get(item.category_id) : null;
  const colour = `var(--cat-${placeOf(tree, item.category_id)})`;
  const day = compact ? formatDayShort(item.local_date, locale()) : formatDay(item.local_date, locale());
  return html`<div class="expense-row ${!places && "has-no-place"}">
    <span class="expense-date">${day}</span>
    <span class="expense-merchant" title="${item.merchant || item.note}">${item.merchant || item.note || t("expense.no-merchant")}</span>
    <span class="expense-category"><span class="dot" data-colour="${colour}"></span><span>${category ? categoryName(category) : t("category.none")}</span></span>
    <span class="expense-place" title="${item.location?.text ?? ""}">${item.location?.text ?? ""}</span>
    <span class="expense-amount">${amount(item, currency)}</span>
  </div>`;
}

/** @param {Expense} item @param {string} currency the reader's */
function amount(item, currency) {
  const text = formatMoney(item.amount, item.currency, { byCode: item.currency !== currency });
  switch (item.direction) {
    case "income": return html`<span class="income">+${text}</span>`;
    case "refund": return html`<span class="note expense-kind">${t("direction.refund")}</span> <span class="income">+${text}</span>`;
    case "expense": return Number(item.refunded_amount ?? 0) > 0
      ? html`<span class="note expense-kind">${t("expense.refunded", { amount: formatMoney(item.refunded_amount, item.currency) })}</span> ${text}`
      : html`${text}`;
    default: return html`<span class="note expense-kind">${t(`direction.${item.direction}`)}</span> <span class="quiet">${text.replace(MINUS, "")}</span>`;
  }
}
