// @ts-check
import { formatMoney, formatPercent } from "../lib/money.js";
import { mountChart } from "./canvas.js";
import { tooltipStyle } from "./parts.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {{ id: string | null, name: string, amount: number, share: number, count: number, place: number, href: string | null }} Slice
 */

/** More than this many slices cannot be told apart; the rest is one. */
export const MOST_SLICES = 6;
const OTHER_PLACE = 8;

/**
 * The greatest slices, sorted, and the rest as one at the end.
 * @param {readonly Slice[]} slices @param {string} otherName
 * @returns {Slice[]}
 */
export function foldSlices(slices, otherName) {
  const sorted = [...slices].filter((slice) => slice.amount > 0).sort((a, b) => b.amount - a.amount);
  if (sorted.length <= MOST_SLICES + 1) return sorted;
  const rest = sorted.slice(MOST_SLICES);
  /** @param {"amount" | "share" | "count"} key */
  const sum = (key) => rest.reduce((total, slice) => total + slice[key], 0);
  return [...sorted.slice(0, MOST_SLICES), { id: null, name: otherName, amount: sum("amount"), share: sum("share"), count: sum("count"), place: OTHER_PLACE, href: null }];
}

/**
 * @param {readonly Slice[]} slices folded
 * @param {ChartContext} ctx
 * @returns {import("./canvas.js").Drawing}
 */
export function toOption(slices, ctx) {
  const { theme, currency, t } = ctx;
  const total = slices.reduce((sum, slice) => sum + slice.amount, 0);
  const [first] = slices;
  return {
    config: {
      type: "doughnut",
      data: {
        labels: slices.map((slice) => slice.name),
        datasets: [{
          data: slices.map((slice) => slice.amount), backgroundColor: slices.map((slice) => theme.categories[slice.place] ?? theme.edge),
          borderColor: theme.surface, borderWidth: 1, hoverOffset: 0, hoverBorderColor: theme.text, hoverBorderWidth: 2,
        }],
      },
      options: {
        cutout: "68%",
        plugins: {
          legend: { display: false },
          tooltip: { ...tooltipStyle(ctx), callbacks: {
            /** @param {{ dataIndex: number }} item */
            label: (item) => formatMoney(slices[item.dataIndex]?.amount, currency),
            /** @param {Array<{ dataIndex: number }>} items */
            footer: (items) => formatPercent(slices[items[0]?.dataIndex ?? 0]?.share),
          } },
        },
      },
    },
    label: first ? t("chart.share-label", { total: formatMoney(total, currency), name: first.name, share: formatPercent(first.share) }) : t("chart.nothing"),
    href: (index) => slices[index]?.href ?? null,
  };
}

/** @param {HTMLElement} element @param {readonly Slice[]} slices @param {ChartContext} ctx */
export function mount(element, slices, ctx) {
  element.classList.add("chart");
  return mountChart(element, toOption(slices, ctx));
}
