// @ts-check
import { locale, t } from "../i18n/i18n.js";

/**
 * The colours a chart draws with, read from the style sheets so that tokens.css stays the only
 * place that names them.
 * @typedef {object} ChartTheme
 * @property {string} text
 * @property {string} text2
 * @property {string} text3
 * @property {string} divider
 * @property {string} edge
 * @property {string} surface
 * @property {string} sunken
 * @property {string} accent
 * @property {string} rise
 * @property {string} warning
 * @property {string} font
 * @property {readonly string[]} categories nine, the last for the rest
 * @property {readonly string[]} sequence seven, low to high
 *
 * What a pure chart function may know of the world.
 * @typedef {object} ChartContext
 * @property {ChartTheme} theme
 * @property {import("../lib/money.js").Locale} locale
 * @property {string} currency
 * @property {(key: string, params?: Record<string, string | number>) => string} t
 */

/** @returns {ChartTheme} */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token("text"), text2: token("text-2"), text3: token("text-3"), divider: token("divider"), edge: token("edge"),
    surface: token("surface"), sunken: token("sunken"), accent: token("accent"), rise: resolved("--rise"), warning: token("warning"),
    font: token("font"),
    categories: Array.from({ length: 9 }, (_, place) => token(`cat-${place}`)),
    sequence: Array.from({ length: 7 }, (_, step) => token(`seq-${step}`)),
  };
}

/** A token that refers to another one, as the colour it stands for. @param {string} name */
function resolved(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/**
 * A colour of six hex digits with an opacity.
 * @param {string} hex @param {number} opacity 0 to 1
 */
export function withOpacity(hex, opacity) {
  return `${hex}${Math.round(opacity * 255).toString(16).padStart(2, "0")}`;
}

/**
 * What the charts of a page draw with now.
 * @param {string} currency
 * @returns {ChartContext}
 */
export function chartContext(currency) {
  return { theme: readTheme(), locale: locale(), currency, t };
}
