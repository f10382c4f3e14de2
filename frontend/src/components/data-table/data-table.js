// @ts-check
import { html } from "../../lib/html.js";

/**
 * The figures behind a chart. A cell with an address leads to the rows behind its figures.
 * @typedef {string | { text: string, href: string | null | undefined }} Cell
 * @typedef {object} TableData
 * @property {string} caption
 * @property {Array<{ name: string, number?: boolean }>} columns
 * @property {Array<Array<Cell>>} rows
 */

/** @param {TableData} data */
export function dataTable({ caption, columns, rows }) {
  return html`<table class="table">
    <caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col" class="${column.number ? "number" : ""}">${column.name}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td class="${columns[index]?.number ? "number" : ""}">${written(cell)}</td>`)}</tr>`)}</tbody>
  </table>`;
}

/** @param {Cell} cell */
function written(cell) {
  if (typeof cell === "string") return cell;
  return cell.href ? html`<a href="${cell.href}">${cell.text}</a>` : cell.text;
}
