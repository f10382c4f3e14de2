// @ts-check
import { fetchGraph, fetchHistogram, fetchRadar, fetchScatter, fetchTree } from "../../api/analytics.js";
import * as flows from "../../charts/flows.js";
import * as histogram from "../../charts/histogram.js";
import * as levels from "../../charts/levels.js";
import * as rhythm from "../../charts/rhythm.js";
import { chartContext } from "../../charts/theme.js";
import { barList } from "../../components/bar-list/bar-list.js";
import { categoryName, has, locale, t } from "../../i18n/i18n.js";
import { addDays, formatWeekday } from "../../lib/dates.js";
import { put } from "../../lib/html.js";
import { formatMoney, formatMoneyShort, formatNumber, formatPercent } from "../../lib/money.js";
import { categoryTree, placeOf } from "../../state/categories.js";
import { rowsHref } from "../../state/filters.js";
import { freshHost, nothing } from "./tabs.js";

/**
 * @typedef {import("./analysis.js").View} View
 * @typedef {import("../../api/analytics.js").TreeNode} TreeNode
 * @typedef {import("../../api/analytics.js").FlowGraph} FlowGraph
 * @typedef {Awaited<ReturnType<typeof categoryTree>> | null} Categories
 */

const A_MONDAY = "2024-01-01";
const COLUMNS = ["source", "category", "merchant"];

/** @param {View} view */
export async function drawDistribution(view) {
  const { card, scope, params, signal, keep } = view;
  const log = params.get("scale") !== "linear";
  const { items, quantiles, count, currency } = await fetchHistogram({ ...scope, scale: log ? "log" : "linear" }, signal);
  if (count === 0) return nothing(view);
  const bins = items.map((item) => ({ ...item, href: rowsHref(item.filter) }));
  const data = { bins, median: quantiles?.p50 ?? null, p90: quantiles?.p90 ?? null, log };
  keep(await histogram.mount(freshHost(card.content), data, chartContext(currency)));
  card.answer(t("analysis.distribution-answer", { median: formatMoney(data.median, currency), p90: formatMoney(data.p90, currency), max: formatMoney(quantiles?.max, currency) }));
  card.table({
    caption: t("analysis.distribution"),
    columns: [{ name: t("table.span") }, { name: t("table.count"), number: true }, { name: t("table.amount"), number: true }],
    rows: bins.map((bin) => [{ text: `${formatMoney(bin.lower, currency)} – ${formatMoney(bin.upper, currency)}`, href: bin.href }, formatNumber(bin.count), formatMoney(bin.amount, currency)]),
  });
}

/** The name of an hour, a weekday (0 = Monday) or a month (1 = January). @param {string} by @param {string} key */
function spokeName(by, key) {
  const number = Number(key);
  if (by === "hour") return `${number}:00`;
  return by === "weekday" ? formatWeekday(addDays(A_MONDAY, number), locale()) : (t("chart.months").split(" ")[number - 1] ?? key);
}

/** @param {View} view */
export async function drawTime(view) {
  const { card, scope, params, signal, keep } = view;
  const by = ["hour", "month"].find((name) => name === params.get("unit")) ?? "weekday";
  const { items, count, currency } = await fetchRadar({ ...scope, by }, signal);
  if (count === 0) return nothing(view);
  const spokes = items.map((item) => ({ ...item, name: spokeName(by, item.key), href: item.count > 0 ? rowsHref(item.filter) : null }));
  const form = params.get("shape") === "bar" ? "bar" : "radar";
  keep(await rhythm.mount(freshHost(card.content), { spokes, form }, chartContext(currency)));
  const most = spokes.reduce((best, spoke) => (spoke.average > best.average ? spoke : best));
  card.answer(t(`analysis.time-answer-${by}`, { name: most.name, amount: formatMoneyShort(most.average, currency) }));
  card.table({
    caption: t("analysis.time"),
    columns: [{ name: t(`unit.${by}`) }, { name: t("table.average"), number: true }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true }],
    rows: spokes.map((spoke) => [{ text: spoke.name, href: spoke.href }, formatMoney(spoke.average, currency), formatMoney(spoke.amount, currency), formatNumber(spoke.count)]),
  });
}

/** @param {View} view */
export async function drawLevels(view) {
  const { card, scope, params, signal, keep } = view;
  const by = params.get("of") === "category" ? "category" : "merchant";
  const { items, clusters, currency, left_out: leftOut } = await fetchScatter({ ...scope, by, clusters: params.get("clusters") ?? "auto" }, signal);
  if (items.length === 0) return nothing(view);
  const points = items.map((item) => ({ ...item, name: by === "category" ? categoryName(item) : item.name, href: rowsHref(item.filter) }));
  const groups = clusters.map((cluster) => ({ ...cluster, name: t("levels.legend", { name: groupName(cluster.label), count: cluster.size }) }));
  keep(await levels.mount(freshHost(card.content), { points, groups }, chartContext(currency)));
  const [dearest] = [...clusters].sort((a, b) => b.amount - a.amount);
  const share = formatPercent(dearest ? dearest.amount / items.reduce((sum, item) => sum + item.amount, 0) : null);
  card.answer(t("analysis.levels-answer", { group: groupName(dearest?.label ?? "all"), count: dearest?.size ?? 0, share }) + (leftOut > 0 ? t("analysis.levels-left-out", { count: leftOut }) : ""));
  const group = new Map(clusters.map((cluster) => [cluster.cluster, groupName(cluster.label)]));
  card.table({
    caption: t("analysis.levels"),
    columns: [{ name: t("analysis.name") }, { name: t("table.group") }, { name: t("table.frequency"), number: true }, { name: t("table.average"), number: true }, { name: t("table.amount"), number: true }],
    rows: points.map((point) => [{ text: point.name, href: point.href }, group.get(point.cluster) ?? "", formatNumber(point.frequency, 1), formatMoney(point.average, currency), formatMoney(point.amount, currency)]),
  });
}

/** A group in words: its rhythm and its size. @param {string} label */
function groupName(label) {
  const [rhythm = "", size = ""] = label.split("-");
  return label === "all" ? t("levels.all") : t("levels.group", { rhythm: t(`rhythm.${rhythm}`), size: t(`size.${size}`) });
}

/** @param {View} view */
export async function drawTies(view) {
  return view.params.get("form") === "tree" ? drawTree(view) : drawGraph(view);
}

/** @param {{ kind: string, of: string | null, name: string, code: string | null, folded: number }} node */
function nodeName(node) {
  if (node.kind === "rest") return t(`flow.rest-${node.of}`, { count: node.folded });
  if (node.kind === "source") return has(`source.${node.name}`) ? t(`source.${node.name}`) : node.name;
  if (node.kind === "all") return t("flow.all");
  return node.kind === "category" ? categoryName(node) : node.name;
}

/** @param {View} view */
async function drawTree(view) {
  const { card, scope, signal, keep } = view;
  const [{ root, currency }, categories] = await Promise.all([fetchTree({ ...scope, depth: 3 }, signal), categoryTree().catch(() => null)]);
  if (root.count === 0) return nothing(view);
  const branch = branchOf(root, categories, 8);
  const first = branch.children[0];
  const option = flows.treeOption(branch, chartContext(currency));
  const label = t("chart.tree-label", { total: formatMoney(root.amount, currency), name: first?.name ?? "" });
  keep(await flows.mount(freshHost(card.content), option, label, (href) => { location.hash = href; }));
  card.answer(t("analysis.tree-answer", { name: first?.name ?? "", share: formatPercent(root.amount > 0 ? (first?.amount ?? 0) / root.amount : null) }));
  card.table({
    caption: t("analysis.ties"),
    columns: [{ name: t("analysis.name") }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true }],
    rows: treeRows(branch, 0).map(({ name, amount, count, href }) => [{ text: name, href }, formatMoney(amount, currency), formatNumber(count)]),
  });
}

/** @param {TreeNode} node @param {Categories} categories @param {number} place of the colour above @returns {flows.Branch} */
function branchOf(node, categories, place) {
  const own = node.kind === "category" ? placeOf(categories, node.key) : place;
  return {
    name: nodeName(node), amount: node.amount, count: node.count, place: own, href: node.filter && rowsHref(node.filter),
    children: node.children.map((child) => branchOf(child, categories, own)),
  };
}

/** @param {flows.Branch} branch @param {number} depth @returns {Array<{ name: string, amount: number, count: number, href: string | null }>} */
function treeRows(branch, depth) {
  const rows = branch.children.flatMap((child) => treeRows(child, depth + 1));
  return depth === 0 ? rows : [{ ...branch, name: "　".repeat(depth - 1) + branch.name }, ...rows];
}

/** @param {View} view */
async function drawGraph(view) {
  const { card, scope, signal, keep } = view;
  const [graph, categories] = await Promise.all([fetchGraph(scope, signal), categoryTree().catch(() => null)]);
  if (graph.count === 0) return nothing(view);
  const { currency } = graph;
  const nodes = graph.nodes.map((node) => ({
    ...node, name: nodeName(node), href: node.filter && rowsHref(node.filter),
    place: node.kind === "category" ? placeOf(categories, node.key) : null, column: COLUMNS.indexOf(node.of ?? node.kind),
  }));
  const links = graph.links.map((link) => ({ ...link, href: link.filter && rowsHref(link.filter) }));
  const [thickest] = links.filter((link) => link.source.startsWith("category")).sort((a, b) => b.amount - a.amount);
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  if (matchMedia("(max-width: 767px)").matches) drawFlowList(card, nodes, currency);
  else {
    const option = flows.graphOption({ nodes, flows: links, total: graph.total }, chartContext(currency));
    const label = t("chart.graph-label", { total: formatMoney(graph.total, currency), nodes: nodes.length });
    keep(await flows.mount(freshHost(card.content), option, label, (href) => { location.hash = href; }));
  }
  if (thickest) card.answer(t("analysis.graph-answer", { from: names.get(thickest.source) ?? "", to: names.get(thickest.target) ?? "", amount: formatMoneyShort(thickest.amount, currency) }));
  card.table({
    caption: t("analysis.ties"),
    columns: [{ name: t("table.from") }, { name: t("table.to") }, { name: t("table.amount"), number: true }, { name: t("table.count"), number: true }],
    rows: links.map((link) => [{ text: names.get(link.source) ?? "", href: link.href }, names.get(link.target) ?? "", formatMoney(link.amount, currency), formatNumber(link.count)]),
  });
}

/** On a phone the columns stand below one another, as ranked lists. @param {import("../../components/card/card.js").Card} card @param {flows.Ranked[]} nodes @param {string} currency */
function drawFlowList(card, nodes, currency) {
  const greatest = Math.max(1e-9, ...nodes.map((node) => node.amount));
  put(card.content, barList([...nodes].sort(flows.byRank).map((node) => ({
    name: `${t(`flow.${COLUMNS[node.column]}`)} · ${node.name}`, value: formatMoney(node.amount, currency), length: node.amount / greatest,
    colour: node.place === null ? undefined : `var(--cat-${node.place})`, href: node.href ?? undefined,
  }))));
}
