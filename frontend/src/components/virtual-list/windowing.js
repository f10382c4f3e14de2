// @ts-check
/**
 * Which rows of a long list are seen, and how the scroll bar speaks for more rows than a browser
 * can make an element tall (Chrome stops at 33.5 million pixels, Firefox at 17.8 million).
 *
 * The list is `content` pixels tall in truth and `bar` pixels tall for the browser. Near both ends
 * a pixel of the bar is a pixel of the list, so that the first and last rows are reached exactly;
 * between, one pixel of the bar stands for several.
 * @typedef {{ rowHeight: number, viewHeight: number, content: number, bar: number }} Scale
 */

const TALLEST = 12_000_000;
const EDGE = 200_000;

/** @param {number} count @param {number} rowHeight @param {number} viewHeight @returns {Scale} */
export function scaleOf(count, rowHeight, viewHeight) {
  const content = count * rowHeight;
  return { rowHeight, viewHeight, content, bar: Math.min(content, TALLEST) };
}

/** The greatest offset of the list, and of the bar. @param {Scale} scale */
function ends({ content, bar, viewHeight }) {
  return { list: Math.max(0, content - viewHeight), bar: Math.max(0, bar - viewHeight) };
}

/** True where the bar is the list. @param {Scale} scale */
export function isExact(scale) {
  return scale.bar === scale.content;
}

/**
 * @param {number} value @param {number} from the end of the scale that value is on @param {number} to
 */
function across(value, from, to) {
  const held = Math.min(Math.max(0, value), from);
  if (held <= EDGE) return held;
  if (held >= from - EDGE) return to - (from - held);
  return EDGE + ((held - EDGE) * (to - 2 * EDGE)) / (from - 2 * EDGE);
}

/** The list's offset at an offset of the bar. @param {number} scrollTop @param {Scale} scale */
export function offsetAt(scrollTop, scale) {
  const { list, bar } = ends(scale);
  return isExact(scale) ? Math.min(Math.max(0, scrollTop), list) : across(scrollTop, bar, list);
}

/** The bar's offset for an offset of the list. @param {number} offset @param {Scale} scale */
export function scrollTopFor(offset, scale) {
  const { list, bar } = ends(scale);
  return isExact(scale) ? Math.min(Math.max(0, offset), list) : Math.round(across(offset, list, bar));
}

/** The rows to draw, half-open, with some beyond both edges. @param {number} offset @param {Scale} scale @param {number} count @param {number} [beyond] */
export function rowsAt(offset, scale, count, beyond = 8) {
  const first = Math.max(0, Math.floor(offset / scale.rowHeight) - beyond);
  const last = Math.min(count, Math.ceil((offset + scale.viewHeight) / scale.rowHeight) + beyond);
  return { first, last };
}

/** The least change of the offset that shows a row whole. @param {number} index @param {number} offset @param {Scale} scale */
export function offsetShowing(index, offset, { rowHeight, viewHeight }) {
  const top = index * rowHeight;
  if (top < offset) return top;
  return Math.max(offset, top + rowHeight - viewHeight);
}
