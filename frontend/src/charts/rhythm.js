// @ts-check
import { formatMoney } from "../lib/money.js";
import { mountChart } from "./canvas.js";
import { amountAxis, amountScale, tooltipStyle } from "./parts.js";
import { withOpacity } from "./theme.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {{ name: string, amount: number, average: number, count: number, occurrences: number, href?: string | null }} Spoke
 * @typedef {{ spokes: readonly Spoke[], form: "radar" | "bar" }} RhythmData
 */

/**
 * When money is spent: the average of each hour, weekday or month, as a radar from 0 or as bars.
 * @param {RhythmData} data @param {ChartContext} ctx
 * @returns {import("./canvas.js").Drawing}
 */
export function toOption({ spokes, form }, ctx) {
  const { theme, currency, t } = ctx;
  const averages = spokes.map((spoke) => spoke.average);
  const greatest = spokes.reduce((best, spoke) => (spoke.average > best.average ? spoke : best), { name: "", average: 0 });
  const axis = amountAxis(greatest.average, ctx);
  const ticks = { ...amountScale(ctx, axis.unit).ticks, maxTicksLimit: 5 };
  const radial = {
    beginAtZero: true, angleLines: { color: theme.divider }, grid: { color: theme.divider },
    ticks: { ...ticks, backdropColor: withOpacity(theme.surface, 0.8), showLabelBackdrop: true },
    pointLabels: { color: theme.text2, font: { size: 12, family: theme.font } },
  };
  const flat = {
    x: { border: { color: theme.edge }, grid: { display: false }, ticks: { color: theme.text3, font: { size: 12, family: theme.font }, maxRotation: 0, autoSkipPadding: 8 } },
    y: { ...amountScale(ctx, axis.unit), min: 0 },
  };
  const shape = form === "radar"
    ? { borderColor: theme.accent, backgroundColor: withOpacity(theme.accent, 0.14), borderWidth: 2, pointRadius: 2.5, pointBackgroundColor: theme.accent, pointHoverRadius: 4 }
    : { backgroundColor: theme.accent, maxBarThickness: 48, categoryPercentage: 0.8 };
  return {
    config: {
      type: form,
      data: { labels: spokes.map((spoke) => spoke.name), datasets: [{ data: averages, ...shape }] },
      options: {
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: false },
          tooltip: { ...tooltipStyle(ctx), displayColors: false, callbacks: {
            /** @param {{ dataIndex: number }} item */
            label: ({ dataIndex }) => t("chart.on-average", { amount: formatMoney(averages[dataIndex], currency) }),
            /** @param {Array<{ dataIndex: number }>} items */
            footer: (items) => {
              const spoke = spokes[items[0]?.dataIndex ?? 0];
              return spoke ? [t("chart.sum", { amount: formatMoney(spoke.amount, currency) }), t("chart.records", { count: spoke.count })] : [];
            },
          } },
        },
        scales: form === "radar" ? { r: radial } : flat,
      },
    },
    caption: axis.caption,
    label: greatest.average > 0 ? t("chart.rhythm-label", { name: greatest.name, amount: formatMoney(greatest.average, currency) }) : t("chart.nothing"),
    href: (index) => spokes[index]?.href ?? null,
  };
}

/** @param {HTMLElement} element @param {RhythmData} data @param {ChartContext} ctx */
export function mount(element, data, ctx) {
  element.classList.add("chart");
  return mountChart(element, toOption(data, ctx));
}
