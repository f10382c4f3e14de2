// @ts-check
import { html } from "../../lib/html.js";

/**
 * One bar; length is its part of the greatest.
 * @typedef {object} Bar
 * @property {string} name
 * @property {string} value as shown at the end
 * @property {string} [share] as shown
 * @property {number} length 0 to 1
 * @property {string} [colour] a CSS colour; with it the row gets a swatch
 * @property {number} [rank]
 * @property {string} [href]
 */

/** @param {readonly Bar[]} bars */
export function barList(bars) {
  return html`<ol class="bar-list">${bars.map((bar) => html`<li>${row(bar)}</li>`)}</ol>`;
}

/** @param {Bar} bar */
function row(bar) {
  const inside = html`<span class="bar-name">${bar.rank && html`<span class="bar-rank">${bar.rank}</span>`}${bar.colour && html`<span class="dot" data-colour="${bar.colour}"></span>`}<span title="${bar.name}">${bar.name}</span></span>
    <span class="figure">${bar.value}</span>${bar.share !== undefined && html`<span class="bar-share figure">${bar.share}</span>`}
    <span class="bar-track" aria-hidden="true"><span class="bar-fill" data-share="${bar.length.toFixed(4)}" ${bar.colour && html`data-colour="${bar.colour}"`}></span></span>`;
  const kind = bar.share === undefined ? "bar-row has-no-share" : "bar-row";
  return bar.href ? html`<a class="${kind}" href="${bar.href}">${inside}</a>` : html`<div class="${kind}">${inside}</div>`;
}
