// @ts-check
import { formatCompact, formatMoney, formatPercent } from "../lib/money.js";
import { html, one, put } from "../lib/html.js";
import { withOpacity } from "./theme.js";
import { loadECharts } from "../lib/vendor.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {{ name: string, amount: number, count: number, place: number, href: string | null, children: Branch[] }} Branch place: of the category's colour
 * @typedef {{ id: string, name: string, amount: number, count: number, place: number | null, column: number, href: string | null }} Node
 * @typedef {Node & { kind: string }} Ranked
 * @typedef {{ source: string, target: string, amount: number, count: number, href: string | null }} Flow
 */

const LABEL_CHARS = 10;
/** Width of a branch, px: from a hairline to a thick one, by its share of the whole. */
const LEAST_WIDTH = 1;
const MOST_WIDTH = 14;

/** @param {string} text */
function shortened(text) {
  const letters = [...text];
  return letters.length > LABEL_CHARS ? `${letters.slice(0, LABEL_CHARS - 1).join("")}…` : text;
}

/** By column and amount; what was folded together stands last. @param {Ranked} a @param {Ranked} b */
export function byRank(a, b) {
  return a.column - b.column || Number(a.kind === "rest") - Number(b.kind === "rest") || b.amount - a.amount;
}

/** @param {ChartContext} ctx */
function base({ theme }) {
  return {
    animation: false,
    textStyle: { fontFamily: theme.font, fontSize: 12, color: theme.text },
    tooltip: { renderMode: "richText", confine: true, backgroundColor: theme.surface, borderColor: theme.edge, textStyle: { color: theme.text, fontSize: 12 } },
  };
}

/** @param {{ name: string, amount: number, count: number }} item @param {number} total @param {ChartContext} ctx */
function told({ name, amount, count }, total, { currency, t }) {
  return `${name}\n${formatMoney(amount, currency)}  ${formatPercent(total > 0 ? amount / total : null)}\n${t("chart.records", { count })}`;
}

/**
 * A tree with two levels open; the branches are the wider the more was spent.
 * @param {Branch} root @param {ChartContext} ctx
 */
export function treeOption(root, ctx) {
  const { theme, currency, locale } = ctx;
  /** @param {Branch} branch @param {number} depth @returns {any} */
  const node = (branch, depth) => {
    const colour = depth === 0 ? theme.text2 : (theme.categories[branch.place] ?? theme.edge);
    const width = root.amount > 0 ? Math.max(LEAST_WIDTH, (branch.amount / root.amount) * MOST_WIDTH) : LEAST_WIDTH;
    return {
      name: branch.name, value: branch.amount, branch, collapsed: depth === 1,
      itemStyle: { color: colour, borderColor: colour }, lineStyle: { color: withOpacity(colour, 0.5), width },
      // The root's own words are short: on a phone the branches begin right beside it.
      label: { formatter: depth === 0 ? formatCompact(branch.amount, currency, locale) : `${shortened(branch.name)}  ${formatMoney(branch.amount, currency, { places: 0 })}` },
      children: branch.children.map((child) => node(child, depth + 1)),
    };
  };
  const label = { position: "right", align: "left", verticalAlign: "middle", color: theme.text, fontSize: 12, distance: 8, backgroundColor: withOpacity(theme.surface, 0.85), padding: [1, 2] };
  return {
    ...base(ctx),
    tooltip: {
      ...base(ctx).tooltip,
      /** @param {{ data: { branch: Branch } }} item */
      formatter: ({ data }) => told(data.branch, root.amount, ctx),
    },
    series: [{
      type: "tree", data: [node(root, 0)], top: 8, bottom: 8, left: 8, right: 160, symbol: "circle", symbolSize: 9, roam: false,
      initialTreeDepth: 2, expandAndCollapse: true, edgeShape: "curve", label: { ...label, position: "bottom", align: "left", verticalAlign: "top" }, leaves: { label }, emphasis: { focus: "none" }, animation: false,
    }],
  };
}

/**
 * The flow from sources to categories to merchants.
 * @param {{ nodes: readonly Node[], flows: readonly Flow[], total: number }} data @param {ChartContext} ctx
 */
export function graphOption({ nodes, flows, total }, ctx) {
  const { theme } = ctx;
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  const places = new Map(nodes.map((node) => [node.id, node.place]));
  /** @param {number | null | undefined} place */
  const colour = (place) => (place === null || place === undefined ? theme.text3 : (theme.categories[place] ?? theme.edge));
  return {
    ...base(ctx),
    tooltip: {
      ...base(ctx).tooltip,
      /** @param {{ dataType: string, data: { node?: Node, flow?: Flow } }} item */
      formatter: ({ data }) => {
        if (data.node) return told(data.node, total, ctx);
        return data.flow ? told({ ...data.flow, name: `${names.get(data.flow.source)} → ${names.get(data.flow.target)}` }, total, ctx) : "";
      },
    },
    series: [{
      type: "sankey", top: 8, bottom: 8, left: 4, right: 130, nodeWidth: 12, nodeGap: 12, draggable: false, emphasis: { focus: "adjacency" }, layoutIterations: 32,
      label: {
        color: theme.text, fontSize: 12,
        /** @param {{ data: { node: Node } }} item */
        formatter: ({ data }) => shortened(data.node.name),
      },
      data: nodes.map((node) => ({ name: node.id, node, depth: node.column, itemStyle: { color: colour(node.place), borderWidth: 0 } })),
      links: flows.filter((flow) => flow.amount > 0).map((flow) => ({
        source: flow.source, target: flow.target, value: flow.amount, flow,
        lineStyle: { color: colour(places.get(flow.source) ?? places.get(flow.target)), opacity: 0.35 },
      })),
    }],
  };
}

/**
 * @param {HTMLElement} element @param {unknown} option @param {string} label
 * @param {(href: string) => void} open
 */
export async function mount(element, option, label, open) {
  const echarts = await loadECharts();
  element.classList.add("chart");
  put(element, html`<div class="plot" role="img"></div>`);
  const host = one(element, ".plot");
  host.setAttribute("aria-label", label);
  const chart = echarts.init(host, null, { renderer: "canvas" });
  chart.setOption(/** @type {any} */ (option), true);
  chart.on("click", ({ data }) => {
    const { branch, node, flow } = /** @type {{ branch?: Branch, node?: Node, flow?: Flow }} */ (data);
    // A click on a branch with others below it opens or folds it; a leaf leads to its rows.
    const href = branch ? (branch.children.length === 0 ? branch.href : null) : (node ?? flow)?.href;
    if (href) open(href);
  });
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(host);
  return {
    destroy() {
      watch.disconnect();
      chart.dispose();
    },
  };
}
