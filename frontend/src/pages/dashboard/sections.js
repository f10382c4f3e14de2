// @ts-check
import { fetchAnomalies, fetchCategoryShare, fetchRank } from "../../api/analytics.js";
import { fetchExpenses } from "../../api/ingest.js";
import * as doughnut from "../../charts/doughnut.js";
import { chartContext } from "../../charts/theme.js";
import * as trend from "../../charts/trend.js";
import { levelIcon, levelOf, reasonText } from "../../components/anomaly/anomaly.js";
import { barList } from "../../components/bar-list/bar-list.js";
import { expenseRows } from "../../components/expense-list/expense-list.js";
import { change, kpi } from "../../components/kpi/kpi.js";
import { categoryName, locale, t } from "../../i18n/i18n.js";
import { formatDayShort, formatPeriod } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatCompact, formatMoney, formatMoneyShort, formatPercent } from "../../lib/money.js";
import { categoryTree, placeOf } from "../../state/categories.js";
import { rowsHref } from "../../state/filters.js";
import { loadTrend } from "../../state/outlook.js";

/**
 * @typedef {import("./dashboard.js").Board} Board
 * @typedef {import("../../components/card/card.js").Card} Card
 */

/** @param {HTMLElement} element @param {Board} board */
export function drawKpis(element, { overview }) {
  const { currency, top_category: top, anomalies } = overview;
  const left = Object.entries(overview.other_currencies ?? {});
  put(element, html`
    ${kpi({ label: t("kpi.spent"), value: formatMoney(overview.total, currency), note: change(overview.change_ratio), href: rowsHref(overview.filter), className: "span-3 kpi-hero" })}
    ${kpi({ label: t("kpi.per-day"), value: formatMoney(overview.daily_average, currency), note: overview.days === null ? "" : t("kpi.days", { count: overview.days }), className: "span-3" })}
    ${kpi({ label: t("kpi.count"), value: String(overview.count), note: "", href: rowsHref(overview.filter), className: "kpi-phone" })}
    ${top && kpi({ label: t("kpi.top-category"), value: categoryName(top), note: t("kpi.of-total", { amount: formatMoney(top.amount, currency), share: formatPercent(top.share) }), href: rowsHref(top.filter), className: "span-3" })}
    ${anomalies === null
      ? kpi({ label: t("kpi.count"), value: String(overview.count), note: "", href: rowsHref(overview.filter), className: "span-3" })
      : kpi({ label: t("kpi.anomalies"), value: String(anomalies), note: t(anomalies > 0 ? "kpi.anomalies-some" : "kpi.anomalies-none"), href: "#/anomalies?level=warning", className: "span-3" })}
    ${left.length > 0 && html`<p class="note span-12">${t("dashboard.other-currencies", { list: left.map(([code, count]) => t("dashboard.other-currency", { code, count: Number(count) })).join(t("list.comma")) })}</p>`}`);
}

/** @param {Board} board @param {string} name @param {{ destroy: () => void }} mounted */
function keep(board, name, mounted) {
  if (board.signal.aborted) return mounted.destroy();
  board.charts.set(name, mounted);
}

/** A host for a new drawing; the old one is ended. @param {Board} board @param {string} name @param {HTMLElement} content */
function freshHost(board, name, content) {
  board.charts.get(name)?.destroy();
  board.charts.delete(name);
  const host = document.createElement("div");
  content.replaceChildren(host);
  return host;
}

/** @param {Card} card @param {Board} board */
export async function drawTrend(card, board) {
  const { data, currency, forecastFailed } = await loadTrend(board);
  if (board.signal.aborted) return;
  if (data.points.length === 0) return card.empty(t("empty.range"), { href: "#/dashboard?range=all", text: t("empty.range-action") });
  const ctx = chartContext(currency);
  keep(board, "trend", await trend.mount(freshHost(board, "trend", card.content), data, ctx));
  card.answer(trendAnswer(data, currency));
  card.foot(forecastFailed ? t("dashboard.no-forecast") : "");
  card.table(trend.toTable(data, ctx));
}

/** @param {trend.TrendData} data @param {string} currency */
function trendAnswer({ points, forecast = [] }, currency) {
  const peak = points.reduce((best, point) => (point.amount > best.amount ? point : best));
  const text = t("dashboard.trend-answer", { period: formatPeriod(peak.period, locale()), amount: formatMoneyShort(peak.amount, currency) });
  const [next] = forecast;
  if (!next || next.lower80 === null || next.upper80 === null || points[0]?.period.length !== 7) return text;
  return text + t("dashboard.trend-next", { amount: formatMoneyShort(next.median, currency), lower: formatMoneyShort(next.lower80, currency), upper: formatMoneyShort(next.upper80, currency) });
}

/** @param {Card} card @param {Board} board */
export async function drawShares(card, board) {
  const [share, tree] = await Promise.all([fetchCategoryShare({ ...board.scope, level: 1 }, board.signal), categoryTree().catch(() => null)]);
  if (board.signal.aborted) return;
  const slices = doughnut.foldSlices(share.items.map((item) => ({
    id: item.category_id, name: categoryName(item), amount: item.amount, share: item.share, count: item.count,
    place: placeOf(tree, item.category_id), href: rowsHref(item.filter),
  })), t("category.rest"));
  const [first] = slices;
  if (!first) return card.empty(t("empty.range"));
  const ctx = chartContext(share.currency);
  const host = freshHost(board, "shares", card.content);
  put(host, html`<div class="doughnut"><div class="doughnut-plot"><div></div><p class="doughnut-hole"><span class="note">${t("kpi.spent")}</span><strong>${formatCompact(share.total, share.currency, locale())}</strong></p></div>
    ${barList(slices.map((slice) => ({ name: slice.name, value: formatMoney(slice.amount, share.currency), share: formatPercent(slice.share), length: slice.amount / first.amount, colour: `var(--cat-${slice.place})`, href: slice.href ?? undefined })))}</div>`);
  keep(board, "shares", await doughnut.mount(one(host, ".doughnut-plot > div"), slices, ctx));
  card.answer(t("dashboard.shares-answer", { name: first.name, share: formatPercent(first.share) }));
  card.table({
    caption: t("dashboard.shares"),
    columns: [{ name: t("expense.category") }, { name: t("table.amount"), number: true }, { name: t("table.share"), number: true }, { name: t("table.count"), number: true }],
    rows: share.items.map((item) => [categoryName(item), formatMoney(item.amount, share.currency), formatPercent(item.share), String(item.count)]),
  });
}

/** @param {Card} card @param {Board} board */
export async function drawMerchants(card, board) {
  const rank = await fetchRank({ ...board.scope, by: "merchant", limit: 8 }, board.signal);
  const [first] = rank.items;
  if (!first) return card.empty(t("empty.no-merchants"));
  card.answer(t("dashboard.merchants-answer", { name: first.name, count: first.count }));
  put(card.content, barList(rank.items.map((item) => ({
    rank: item.rank, name: item.name || t("expense.no-merchant"), value: formatMoney(item.amount, rank.currency), length: item.amount / first.amount, href: rowsHref(item.filter),
  }))));
  card.table({
    caption: t("dashboard.merchants"),
    columns: [{ name: t("expense.merchant") }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true }],
    rows: rank.items.map((item) => [item.name, formatMoney(item.amount, rank.currency), String(item.count)]),
  });
}

/** @param {Card} card @param {Board} board @param {boolean} narrow */
export async function drawRecent(card, board, narrow) {
  const { from, to } = board.scope;
  const [page, tree] = await Promise.all([fetchExpenses({ from, to, limit: narrow ? 6 : 9 }, board.signal), categoryTree().catch(() => null)]);
  if (page.items.length === 0) return card.empty(t("empty.range"));
  put(card.content, html`<div class="expense-list ${narrow && "expense-compact"}">${expenseRows(page.items, { tree, currency: board.overview.currency, compact: narrow })}</div>`);
  card.content.firstElementChild?.classList.toggle("expense-compact", narrow || matchMedia("(max-width: 767px)").matches);
}

const MOST_ANOMALIES = 5;

/** How many stand out; the most urgent are drawn. @param {Card} card @param {Board} board @returns {Promise<number>} */
export async function drawAnomalies(card, board) {
  const [days, purchases] = await Promise.all(["day", "transaction"].map((scope) => fetchAnomalies({ ...board.scope, scope, level: "warning" }, board.signal)));
  const items = [...(days?.items ?? []), ...(purchases?.items ?? [])].sort(byUrgency);
  const currency = days?.currency ?? board.overview.currency;
  const count = (days?.count ?? 0) + (purchases?.count ?? 0);
  if (items.length === 0) {
    card.empty(t("kpi.anomalies-none"));
    return count;
  }
  card.answer(count > MOST_ANOMALIES ? t("dashboard.anomalies-answer", { count, shown: MOST_ANOMALIES }) : "");
  put(card.content, html`<ul>${items.slice(0, MOST_ANOMALIES).map((item) => {
    const level = levelOf(item);
    return html`<li><a class="anomaly anomaly-${level}" href="${rowsHref(item.filter)}">${levelIcon(item)}
      <span>${item.date ? formatDayShort(item.date, locale()) : ""} <span class="tag">${t(`level.${level}`)}</span></span><strong class="figure">${formatMoney(item.amount, currency)}</strong>
      <span class="anomaly-reason">${reasonText(item, currency)}</span></a></li>`;
  })}</ul>`);
  return count;
}

/** The critical first, then the newest. @param {import("../../api/analytics.js").Anomaly} a @param {import("../../api/analytics.js").Anomaly} b */
function byUrgency(a, b) {
  const urgent = Number(b.level === "critical") - Number(a.level === "critical");
  return urgent || (b.date ?? "").localeCompare(a.date ?? "");
}
