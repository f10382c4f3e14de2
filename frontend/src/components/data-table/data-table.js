// @ts-check
import { html } from "../../lib/html.js";

/**
 * The figures behind a chart.
 * @typedef {object} TableData
 * @property {string} caption
 * @property {Array<{ name: string, number?: boolean }>} columns
 * @property {Array<Array<string>>} rows
 */

/** @param {TableData} data */
export function dataTable({ caption, columns, rows }) {
  return html`<table class="table">
    <caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col" class="${column.number ? "number" : ""}">${column.name}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td class="${columns[index]?.number ? "number" : ""}">${cell}</td>`)}</tr>`)}</tbody>
  </table>`;
}
