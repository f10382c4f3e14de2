// @ts-check
import { fetchInsights } from "../../api/analytics.js";
import { categoryName, locale, t } from "../../i18n/i18n.js";
import { formatPeriod, formatWeekday, addDays } from "../../lib/dates.js";
import { html, put } from "../../lib/html.js";
import { formatMoney, formatMoneyShort, formatNumber, formatPercent } from "../../lib/money.js";
import { rowsHref } from "../../state/filters.js";

/**
 * @typedef {import("../../api/analytics.js").Insight} Insight
 * @typedef {Insight["parts"][number]} Part
 * @typedef {import("./dashboard.js").Board} Board
 */

const SHOWN = 5;
const A_MONDAY = "2024-01-01";

/**
 * What stands out, in sentences; each leads to its rows and unfolds into its parts.
 * @param {import("../../components/card/card.js").Card} card @param {Board} board
 * @returns {Promise<number>} how many there are
 */
export async function drawInsights(card, board) {
  const { items, period, currency } = await fetchInsights({ ...board.scope, limit: SHOWN }, board.signal);
  if (board.signal.aborted || !period) return 0;
  card.answer(t(period.complete ? "insights.month" : "insights.month-so-far", { month: formatPeriod(period.month, locale()) }));
  put(card.content, html`<ol class="insight-list">${items.map((item) => html`<li><details><summary>${sentence(item, currency)}${item.period.from.slice(0, 7) !== period.month && html` <span class="tag">${formatPeriod(item.period.from.slice(0, 7), locale())}</span>`}</summary>
    <div class="table-wrap" tabindex="0" role="region" aria-label="${t("insights.parts")}">${parts(item, currency)}</div></details>
    ${item.code !== "largest-purchase" && item.filter ? html`<a class="note" href="${rowsHref(item.filter)}">${t("insights.rows", { count: item.count })}</a>` : ""}
    ${item.code === "largest-purchase" && item.parts[0]?.filter ? html`<a class="note" href="${rowsHref(item.parts[0].filter)}">${t("insights.rows", { count: 1 })}</a>` : ""}</li>`)}</ol>`);
  return items.length;
}

/** An insight in words. @param {Insight} item @param {string} currency */
export function sentence(item, currency) {
  const { params } = item;
  /** @param {unknown} value */
  const money = (value) => formatMoneyShort(typeof value === "number" ? Math.abs(value) : null, currency);
  /** @param {unknown} value */
  const share = (value) => formatPercent(typeof value === "number" ? Math.abs(value) : null, 0);
  const main = t(`insight.${item.code}`, {
    category: categoryName({ code: text(params.category_code), name: text(params.category_name) }), merchant: text(params.merchant) || t("expense.no-merchant"),
    amount: money(params.amount ?? item.amount), usual: money(item.usual), change: money(item.change), ratio: share(params.ratio),
    share: share(params.share), usual_share: share(params.usual_share), visits: formatNumber(item.count), usual_visits: formatNumber(Number(params.usual_count ?? 0), 1, 0), payees: Number(params.merchants ?? 0),
  });
  const lead = /** @type {Part & { share: number } | undefined} */ (params.lead);
  if (!lead || item.code === "category-quiet" || item.code.startsWith("subscriptions")) return main;
  const up = (item.change ?? 0) > 0;
  const name = partName({ ...lead, filter: null, usual: null });
  return main + t(up && lead.kind === "merchant" ? "insight.lead-visits" : "insight.lead", { name, count: lead.count ?? 0, change: formatMoneyShort(Math.abs(lead.change ?? 0), currency) });
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value : "";
}

/** @param {Part} part */
function partName(part) {
  if (part.kind === "category") return categoryName({ code: part.code, name: part.name });
  if (part.kind === "merchant") return part.name || t("expense.no-merchant");
  if (part.kind === "weekday") return formatWeekday(addDays(A_MONDAY, Number(part.key)), locale());
  if (part.kind === "hour") return `${part.key}:00`;
  return t(part.kind === "effect" ? `insight-part.${part.key}` : `insight-part.${part.kind}`);
}

/** The pieces and their sum. @param {Insight} item @param {string} currency */
function parts(item, currency) {
  const effects = item.parts.some((part) => part.kind === "effect");
  const compared = item.change !== null;
  const rows = [...item.parts.map((part) => ({ ...part, title: partName(part) })), { ...item, title: t("insights.sum"), filter: null }];
  /** @param {number | null} value */
  const change = (value) => (value === null ? "" : (value > 0 ? "+" : "") + formatMoney(value, currency));
  return html`<table class="table"><thead><tr><th scope="col">${t("insights.part")}</th>${!effects && html`<th scope="col" class="number">${t("table.amount")}</th>`}${compared && !effects && html`<th scope="col" class="number insight-usual">${t("insights.usual")}</th>`}${compared && html`<th scope="col" class="number">${t("insights.change")}</th>`}</tr></thead>
    <tbody>${rows.map((row) => html`<tr><td>${row.filter ? html`<a href="${rowsHref(row.filter)}">${row.title}</a>` : row.title}</td>${!effects && html`<td class="number">${formatMoney(row.amount, currency)}</td>`}${compared && !effects && html`<td class="number insight-usual">${formatMoney(row.usual, currency)}</td>`}${compared && html`<td class="number">${change(row.change)}</td>`}</tr>`)}</tbody></table>`;
}
