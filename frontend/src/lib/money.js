// @ts-check
/** @typedef {"zh-CN" | "en"} Locale */

export const MINUS = "\u2212";
export const ABSENT = "—";

/** Minor digits of the currencies that do not have two. @type {Record<string, number>} */
const EXPONENTS = { JPY: 0, KRW: 0, VND: 0, CLP: 0, ISK: 0, KWD: 3, BHD: 3, OMR: 3, TND: 3, JOD: 3 };
/** @type {Record<string, string>} */
const SYMBOLS = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", HKD: "HK$", TWD: "NT$", KRW: "₩", INR: "₹", SGD: "S$", AUD: "A$", CAD: "C$", THB: "฿" };

/**
 * Decimal places of a currency (ISO 4217).
 * @param {string} currency
 */
export function exponent(currency) {
  return EXPONENTS[currency] ?? 2;
}

/**
 * The sign before an amount: a symbol, or the code and a space. The yen keeps its code, because its
 * sign is the yuan's.
 * @param {string} currency
 */
export function currencySign(currency) {
  return SYMBOLS[currency] ?? `${currency}\u00a0`;
}

/**
 * A number with grouped digits and a true minus sign; "—" when absent.
 * @param {number | null | undefined} value
 * @param {number} [places]
 * @param {number} [leastPlaces]
 */
export function formatNumber(value, places = 0, leastPlaces = places) {
  if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
  const text = new Intl.NumberFormat("en", { minimumFractionDigits: leastPlaces, maximumFractionDigits: places }).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/**
 * An exact amount with its currency: "¥1,234.56"; "—" when absent.
 * @param {number | string | null | undefined} value major units; records send decimal strings
 * @param {string} currency
 * @param {{ places?: number, byCode?: boolean }} [options] byCode: ISO code, for mixed currencies
 */
export function formatMoney(value, currency, options = {}) {
  if (value === null || value === undefined || value === "") return ABSENT;
  const number = Number(value);
  const text = formatNumber(number, options.places ?? exponent(currency));
  if (text === ABSENT) return text;
  const sign = options.byCode ? `${currency}\u00a0` : currencySign(currency);
  return text.startsWith(MINUS) ? MINUS + sign + text.slice(1) : sign + text;
}

/**
 * An amount rounded to what a sentence needs: no decimals from 1,000 on.
 * @param {number | null | undefined} value
 * @param {string} currency
 */
export function formatMoneyShort(value, currency) {
  const places = Math.abs(value ?? 0) >= 1000 ? 0 : exponent(currency);
  return formatMoney(value, currency, { places });
}

/**
 * A share of one as a percentage: "12.3%".
 * @param {number | null | undefined} ratio
 * @param {number} [places]
 */
export function formatPercent(ratio, places = 1) {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return ABSENT;
  return `${formatNumber(ratio * 100, places)}%`;
}

/**
 * The unit that keeps the ticks of an axis short, chosen by its greatest value.
 * @param {number} greatest
 * @param {Locale} locale
 * @returns {{ divisor: number, name: "" | "万" | "亿" | "k" | "M" | "B" }}
 */
export function axisUnit(greatest, locale) {
  const size = Math.abs(greatest);
  if (locale === "zh-CN") {
    if (size >= 1e8) return { divisor: 1e8, name: "亿" };
    if (size >= 1e4) return { divisor: 1e4, name: "万" };
  } else {
    if (size >= 1e9) return { divisor: 1e9, name: "B" };
    if (size >= 1e6) return { divisor: 1e6, name: "M" };
    if (size >= 1e4) return { divisor: 1e3, name: "k" };
  }
  return { divisor: 1, name: "" };
}

/**
 * A tick label: the value in the axis's unit, without a tail of zeros.
 * @param {number} value
 * @param {{ divisor: number }} unit
 */
export function formatTick(value, unit) {
  return formatNumber(value / unit.divisor, 2, 0);
}

/**
 * An amount in 万, 亿, k, M or B where it is long: for the hole of a doughnut or a narrow cell.
 * @param {number | null | undefined} value
 * @param {string} currency
 * @param {Locale} locale
 */
export function formatCompact(value, currency, locale) {
  if (value === null || value === undefined) return ABSENT;
  const unit = axisUnit(value, locale);
  if (unit.name === "") return formatMoney(value, currency, { places: Math.abs(value) >= 100 ? 0 : undefined });
  const text = formatMoney(value / unit.divisor, currency, { places: 2 });
  return locale === "zh-CN" ? `${text}\u00a0${unit.name}` : text + unit.name;
}
