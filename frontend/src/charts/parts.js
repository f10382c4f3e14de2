// @ts-check
import { axisLabels } from "../lib/dates.js";
import { axisUnit, currencySign, formatTick } from "../lib/money.js";

/** @typedef {import("./theme.js").ChartContext} ChartContext */

/** Room that one horizontal axis label takes, px. */
const LABEL_WIDTH_PX = 64;

/**
 * Every how many labels one can be shown, so that none is slanted or cut.
 * @param {number} count @param {number} widthPx
 */
export function labelStep(count, widthPx) {
  const room = Math.max(2, Math.floor(widthPx / LABEL_WIDTH_PX));
  return Math.max(1, Math.ceil(count / room));
}

/**
 * The unit of an amount axis and its caption: "金额（万元）", "Amount (¥k)".
 * @param {number} greatest @param {ChartContext} ctx
 */
export function amountAxis(greatest, { locale, currency, t }) {
  const unit = axisUnit(greatest, locale);
  const zhMoney = currency === "CNY" ? "元" : currency;
  const name = locale === "zh-CN" ? unit.name + zhMoney : currencySign(currency).trim() + unit.name;
  return { unit, caption: t("chart.amount-axis", { unit: name }) };
}

/** @param {ChartContext} ctx */
export function tooltipStyle({ theme }) {
  return {
    backgroundColor: theme.surface, borderColor: theme.edge, borderWidth: 1, titleColor: theme.text, bodyColor: theme.text2, footerColor: theme.text3,
    titleFont: { size: 12, weight: 600, family: theme.font }, bodyFont: { size: 12, family: theme.font }, footerFont: { size: 12, weight: 400, family: theme.font },
    padding: 10, cornerRadius: 6, boxWidth: 10, boxHeight: 10, boxPadding: 6, caretSize: 0, caretPadding: 10,
  };
}

/** @param {ChartContext} ctx @param {{ divisor: number }} unit */
export function amountScale({ theme }, unit) {
  return {
    beginAtZero: true,
    border: { display: false },
    grid: { color: theme.divider, drawTicks: false },
    ticks: {
      color: theme.text3, font: { size: 12, family: theme.font }, padding: 8, maxTicksLimit: 6, maxRotation: 0,
      /** @param {number | string} value */
      callback: (value) => formatTick(Number(value), unit),
    },
  };
}

/**
 * A category axis whose shown labels name the year once.
 * @param {ChartContext} ctx
 * @param {readonly string[]} periods
 * @param {(index: number) => string | string[] | null} [special] a label for a point that is no period
 */
export function periodScale({ theme, locale }, periods, special = () => null) {
  return {
    border: { color: theme.edge },
    grid: { display: false },
    ticks: {
      color: theme.text3, font: { size: 12, family: theme.font }, maxRotation: 0, minRotation: 0, autoSkip: false,
      /** @this {import("chart.js").Scale} @param {number | string} _value @param {number} index */
      callback(_value, index) {
        const step = labelStep(periods.length, this.chart.width);
        if (index % step !== 0) return "";
        const shown = periods.filter((_, place) => place % step === 0);
        return special(index) ?? axisLabels(shown, locale)[index / step];
      },
    },
  };
}
