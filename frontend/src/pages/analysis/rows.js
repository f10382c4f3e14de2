// @ts-check
import { fetchOverview } from "../../api/analytics.js";
import { EXPENSE_FILTERS, fetchExpenses } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { expenseRows } from "../../components/expense-list/expense-list.js";
import { t } from "../../i18n/i18n.js";
import { html, put } from "../../lib/html.js";
import { formatMoney, formatNumber } from "../../lib/money.js";
import { categoryTree } from "../../state/categories.js";
import { rowsHref } from "../../state/filters.js";
import { prefs } from "../../state/prefs.js";

/** @typedef {import("./analysis.js").View["scope"]} Scope */

const NEWEST = 8;

/**
 * The newest of the rows that the charts are drawn from, and the way to all of them. Nothing where
 * there are none: the chart says so already.
 * @param {HTMLElement} host @param {Scope} scope @param {AbortSignal} signal
 */
export async function drawRows(host, scope, signal) {
  const asked = EXPENSE_FILTERS.flatMap((name) => (scope[name] ? [[name, String(scope[name])]] : []));
  const filter = { direction: "expense", currency: prefs.value.currency, ...Object.fromEntries(asked) };
  const card = createCard({ title: t("analysis.rows"), className: "analysis-rows", link: { href: rowsHref(filter), text: t("dashboard.all-rows") } });
  host.replaceChildren(card.element);
  await card.run(async () => {
    const [{ count, total, currency }, page, tree] = await Promise.all([
      fetchOverview(scope, signal), fetchExpenses({ ...filter, limit: NEWEST }, signal), categoryTree().catch(() => null),
    ]);
    card.element.hidden = page.items.length === 0;
    card.answer(t("analysis.rows-answer", { count, number: formatNumber(count), amount: formatMoney(total, currency) }));
    put(card.content, html`<div class="expense-list">${expenseRows(page.items, { tree, currency })}</div>`);
  });
}
