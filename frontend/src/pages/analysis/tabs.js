// @ts-check
import { fetchCategoryShare, fetchRank, fetchTrend } from "../../api/analytics.js";
import * as calendar from "../../charts/calendar.js";
import * as doughnut from "../../charts/doughnut.js";
import { chartContext } from "../../charts/theme.js";
import * as trend from "../../charts/trend.js";
import { barList } from "../../components/bar-list/bar-list.js";
import { categoryName, locale, t } from "../../i18n/i18n.js";
import { addDays, formatDay, formatPeriod } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatCompact, formatMoney, formatMoneyShort, formatNumber, formatPercent } from "../../lib/money.js";
import { categoryTree, placeOf } from "../../state/categories.js";
import { CHART_FILTERS, setIn, without } from "../../state/filter-entries.js";
import { hashOf, rowsHref } from "../../state/filters.js";
import { loadTrend } from "../../state/outlook.js";

/** @typedef {import("./analysis.js").View} View */

/** A tab without rows: who has filtered may stop, who has not may look further back. @param {View} view @param {string} [reason] */
export function nothing({ card, params }, reason) {
  const here = Object.fromEntries(params);
  const filtered = setIn(params, CHART_FILTERS).length > 0;
  const wider = { href: hashOf("analysis", { ...here, from: null, to: null, range: "all" }), text: t("empty.range-action") };
  const bare = { href: hashOf("analysis", { ...here, ...without(CHART_FILTERS), range: params.get("range"), from: params.get("from"), to: params.get("to") }), text: t("transactions.clear") };
  card.empty(t(reason ?? (filtered ? "empty.no-match" : "empty.range")), filtered ? bare : wider);
}

/** @param {HTMLElement} content */
export function freshHost(content) {
  const host = document.createElement("div");
  content.replaceChildren(host);
  return host;
}

/** @param {View} view */
export async function drawTrend(view) {
  const { card, scope, today, params, signal, keep } = view;
  const asked = params.get("granularity");
  const granularity = asked === "day" || asked === "week" || asked === "month" || asked === "year" ? asked : undefined;
  const compare = params.get("compare");
  const { data, currency } = await loadTrend({ scope, today, signal }, { granularity, compare: compare === "previous" || compare === "year" ? compare : undefined });
  if (data.points.every((point) => point.count === 0)) return nothing(view);
  const ctx = chartContext(currency);
  keep(await trend.mount(freshHost(card.content), data, ctx));
  const peak = data.points.reduce((best, point) => (point.amount > best.amount ? point : best));
  card.answer(t("dashboard.trend-answer", { period: formatPeriod(peak.period, locale()), amount: formatMoneyShort(peak.amount, currency) }));
  card.table(trend.toTable(data, ctx));
}

/** @param {View} view */
export async function drawShare(view) {
  const { card, scope, params, signal, keep } = view;
  const level = params.get("level") === "2" ? 2 : 1;
  const [share, tree] = await Promise.all([fetchCategoryShare({ ...scope, level }, signal), categoryTree().catch(() => null)]);
  const all = share.items.map((item) => ({ id: item.category_id, name: categoryName(item), amount: item.amount, share: item.share, count: item.count, place: placeOf(tree, item.category_id), href: rowsHref(item.filter) }));
  const slices = doughnut.foldSlices(all, t("category.rest"));
  const [first] = slices;
  if (!first) return nothing(view);
  const host = freshHost(card.content);
  put(host, html`<div class="doughnut"><div class="doughnut-plot"><div></div><p class="doughnut-hole"><span class="note">${t("kpi.spent")}</span><strong>${formatCompact(share.total, share.currency, locale())}</strong></p></div>
    ${barList(all.filter((item) => item.amount > 0).sort((a, b) => b.amount - a.amount).slice(0, 20).map((item) => ({ name: item.name, value: formatMoney(item.amount, share.currency), share: formatPercent(item.share), length: item.amount / first.amount, colour: `var(--cat-${item.place})`, href: item.href })))}</div>`);
  keep(await doughnut.mount(one(host, ".doughnut-plot > div"), slices, chartContext(share.currency)));
  card.answer(t("dashboard.shares-answer", { name: first.name, share: formatPercent(first.share) }));
  card.table({
    caption: t("analysis.shares"),
    columns: [{ name: t("expense.category") }, { name: t("table.amount"), number: true }, { name: t("table.share"), number: true }, { name: t("table.count"), number: true }],
    rows: all.map((item) => [{ text: item.name, href: item.href }, formatMoney(item.amount, share.currency), formatPercent(item.share), String(item.count)]),
  });
}

/** @param {View} view */
export async function drawCalendar(view) {
  const { card, scope, today, signal, keep } = view;
  // Cells stay large enough to read: a year where there is room, four months on a phone.
  const months = matchMedia("(max-width: 767px)").matches ? 4 : 12;
  const end = scope.to ?? addDays(today, 1);
  const earliest = calendar.calendarStart(addDays(end, -1), months);
  const days = await fetchTrend({ ...scope, from: scope.from && scope.from > earliest ? scope.from : earliest, to: end, granularity: "day" }, signal);
  if (days.items.every((day) => day.count === 0)) return nothing(view);
  const rows = new Map(days.items.map((day) => [day.period, rowsHref(day.filter)]));
  keep(await calendar.mount(freshHost(card.content), days.items, chartContext(days.currency), (day) => { location.hash = rows.get(day) ?? location.hash; }));
  const spent = days.items.filter((day) => day.amount > 0).length;
  card.answer(t("analysis.calendar-answer", { count: spent, days: days.items.length }));
  card.table({
    caption: t("analysis.calendar"), columns: [{ name: t("expense.date") }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true }],
    rows: days.items.map((day) => [{ text: formatDay(day.period, locale()), href: rows.get(day.period) }, formatMoney(day.amount, days.currency), String(day.count)]),
  });
}

/** @param {View} view */
export async function drawRank(view) {
  const { card, scope, params, signal } = view;
  const by = ["category", "place", "expense"].find((name) => name === params.get("by")) ?? "merchant";
  const metric = params.get("metric") === "count" && by !== "expense" ? "count" : "amount";
  const [rank, tree] = await Promise.all([fetchRank({ ...scope, by, metric, limit: 20 }, signal), by === "category" ? categoryTree().catch(() => null) : null]);
  const [first] = rank.items;
  if (!first) return nothing(view, by === "place" ? "empty.no-places" : undefined);
  /** @param {typeof first} item */
  const name = (item) => (by === "category" ? categoryName(item) : item.name || t("expense.no-merchant")) + (by === "expense" && item.date ? ` · ${formatDay(item.date, locale())}` : "");
  put(card.content, barList(rank.items.map((item) => ({
    rank: item.rank, name: name(item), length: item[metric] / Math.max(1e-9, first[metric]), share: item.share === null ? "" : formatPercent(item.share), href: rowsHref(item.filter),
    value: metric === "count" ? t("chart.records", { count: item.count, number: formatNumber(item.count) }) : formatMoney(item.amount, rank.currency),
    colour: by === "category" ? `var(--cat-${placeOf(tree, item.category_id)})` : undefined,
  }))));
  card.answer(t("analysis.rank-answer", { name: name(first), amount: formatMoney(first.amount, rank.currency) }));
  card.table({
    caption: t("analysis.rank"), columns: [{ name: t("analysis.name") }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true }],
    rows: rank.items.map((item) => [{ text: name(item), href: rowsHref(item.filter) }, formatMoney(item.amount, rank.currency), String(item.count)]),
  });
}
