// @ts-check
import { t } from "../../i18n/i18n.js";
import { html } from "../../lib/html.js";
import { formatPercent } from "../../lib/money.js";

/**
 * @typedef {object} Kpi
 * @property {string} label
 * @property {string} value
 * @property {unknown} [note] text or markup
 * @property {string} [href]
 * @property {string} [className]
 */

/** @param {Kpi} kpi */
export function kpi({ label, value, note, href, className = "" }) {
  const inside = html`<span class="kpi-label">${label}</span><span class="kpi-value">${value}</span><span class="kpi-note">${note}</span>`;
  return href ? html`<a class="card kpi ${className}" href="${href}">${inside}</a>` : html`<div class="card kpi ${className}">${inside}</div>`;
}

/**
 * A change against the period before: sign, arrow and colour say the same.
 * @param {number | null | undefined} ratio
 */
export function change(ratio) {
  if (ratio === null || ratio === undefined) return html`<span>${t("kpi.no-previous")}</span>`;
  if (Math.abs(ratio) < 0.0005) return html`<span>${t("kpi.unchanged")}</span>`;
  const [arrow, tone, key] = ratio > 0 ? ["▲", "rise", "kpi.more"] : ["▼", "fall", "kpi.less"];
  return html`<span class="${tone} figure"><span aria-hidden="true">${arrow}</span> ${t(key, { percent: formatPercent(Math.abs(ratio)) })}</span>`;
}
