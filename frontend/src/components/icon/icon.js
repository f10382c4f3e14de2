// @ts-check
import { html, Markup } from "../../lib/html.js";

/** Strokes on a 24 by 24 field; drawn for this project. */
const PATHS = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
  analysis: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  forecast: "M3 17l5-5 3 3 4-5M17 8l.01 0M19 6l.01 0M15 10l.01 0M21 4l.01 0M3 21h18",
  transactions: "M4 6h16M4 12h16M4 18h10",
  import: "M12 4v11M8 11l4 4 4-4M4 20h16",
  reports: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  logout: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
  diamond: "M12 3l9 9-9 9-9-9z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  download: "M12 4v11M8 11l4 4 4-4M5 20h14",
  undo: "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
  table: "M4 5h16v14H4zM4 10h16M10 10v9",
  retry: "M20 5v5h-5M19.5 10A8 8 0 1 0 20 14",
  empty: "M4 13l3-8h10l3 8v6H4zM4 13h5l1 3h4l1-3h5",
  calendar: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  filter: "M4 6h16M7 12h10M10 18h4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  chevron: "M9 6l6 6-6 6",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  plus: "M12 5v14M5 12h14",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  categories: "M4 5h6v6H4zM14 5h6v6h-6zM4 15h6v4H4zM14 15h6v4h-6z",
  export: "M12 15V4M8 8l4-4 4 4M4 20h16M4 15v5M20 15v5",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  bookmark: "M7 4h10v16l-5-4-5 4z",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  move: "M4 5h6M4 19h6M4 12h13M13 8l4 4-4 4M21 5v14",
  merge: "M6 4v5c0 3 6 3 6 7v4M18 4v5c0 3-6 3-6 7",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * A decorative icon; its meaning stands in words beside it.
 * @param {IconName} name @param {string} [className]
 */
export function icon(name, className = "") {
  const shape = new Markup(`<path d="${PATHS[name]}"/>`);
  return html`<svg class="icon ${className}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shape}</svg>`;
}

/**
 * The product's mark: three bars on the accent.
 */
export function mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="8" class="mark-ground"/><path class="mark-bars" d="M9 22v-6M16 22V10M23 22v-9"/></svg>`;
}
