// @ts-check
import { html, one, put } from "../../lib/html.js";
import { isExact, offsetAt, offsetShowing, rowsAt, scaleOf, scrollTopFor } from "./windowing.js";

/**
 * @typedef {object} ListOptions
 * @property {string} label
 * @property {unknown} head the header row's cells
 * @property {number} columns
 * @property {() => number} rowHeight read anew when the window changes its size
 * @property {(row: HTMLElement, index: number) => void} draw
 * @property {(first: number, last: number, settled: boolean) => void} shown the rows in sight, half-open
 * @property {(event: KeyboardEvent, active: number) => void} key keys that do not move
 *
 * @typedef {object} VirtualList
 * @property {HTMLElement} element
 * @property {(count: number, options?: { more?: boolean }) => void} setCount more: there are others, not yet counted
 * @property {() => void} redraw draws the rows in sight anew
 * @property {(index: number) => void} activate makes a row the current one and shows it
 * @property {() => number} active -1: none
 * @property {() => { first: number, last: number }} inSight
 * @property {() => void} toTop
 * @property {() => void} destroy
 */

const SETTLED_MS = 120;
let serial = 0;

/**
 * A grid that holds only the rows in sight, however many there are. Arrows, Page Up, Page Down, Home
 * and End move the current row.
 * @param {HTMLElement} element @param {ListOptions} options @returns {VirtualList}
 */
export function mountVirtualList(element, options) {
  serial += 1;
  const rowId = `row-${serial}`;
  element.className = "vlist";
  element.tabIndex = 0;
  element.setAttribute("role", "grid");
  element.setAttribute("aria-label", options.label);
  element.setAttribute("aria-colcount", String(options.columns));
  element.setAttribute("aria-multiselectable", "true");
  put(element, html`<div role="rowgroup" class="vlist-head"><div role="row" aria-rowindex="1" class="vlist-row">${options.head}</div></div><div role="rowgroup" class="vlist-body"></div>`);
  const body = one(element, ".vlist-body");
  /** @type {Map<number, HTMLElement>} */
  const rows = new Map();
  const now = { count: 0, offset: 0, last: 0, active: -1, dragging: false, scale: scaleOf(0, 40, 0) };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function measure() {
    const view = Math.max(0, element.clientHeight - one(element, ".vlist-head").offsetHeight);
    now.scale = scaleOf(now.count, options.rowHeight(), view);
    body.style.height = `${now.scale.bar}px`;
    element.style.setProperty("--row", `${now.scale.rowHeight}px`);
  }

  /** @param {boolean} anew */
  function render(anew) {
    const { first, last } = rowsAt(now.offset, now.scale, now.count);
    // Read once: reading it between writes would lay the page out for every row.
    const shift = element.scrollTop - now.offset;
    for (const [index, row] of rows) {
      if (index >= first && index < last) continue;
      row.remove();
      rows.delete(index);
    }
    // Rows stand in the list's order in the document too, for who reads it by ear.
    /** @type {Element | null} */
    let following = body.firstElementChild;
    for (let index = first; index < last; index += 1) {
      let row = rows.get(index);
      if (!row) {
        row = rowElement(index);
        body.insertBefore(row, following);
      } else {
        following = row.nextElementSibling;
        if (anew) options.draw(row, index);
      }
      row.style.transform = `translateY(${index * now.scale.rowHeight + shift}px)`;
    }
  }

  /** @param {number} index */
  function rowElement(index) {
    const row = document.createElement("div");
    row.id = `${rowId}-${index}`;
    row.className = "vlist-row";
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", String(index + 2));
    row.dataset.index = String(index);
    row.classList.toggle("is-active", index === now.active);
    rows.set(index, row);
    options.draw(row, index);
    return row;
  }

  /** @param {boolean} settled */
  function tell(settled) {
    const { first, last } = rowsAt(now.offset, now.scale, now.count, 0);
    options.shown(first, last, settled);
  }

  function settle() {
    // Where the bar stands for more, what was scrolled row by row is brought in line with it.
    if (!isExact(now.scale) && !now.dragging) {
      const wanted = scrollTopFor(now.offset, now.scale);
      if (Math.abs(wanted - element.scrollTop) > 1) {
        now.last = wanted;
        element.scrollTop = wanted;
        now.last = element.scrollTop;
        render(false);
      }
    }
    tell(true);
  }

  function onScroll() {
    const { scrollTop } = element;
    const step = scrollTop - now.last;
    now.last = scrollTop;
    const near = Math.abs(step) <= 2 * now.scale.viewHeight && !now.dragging;
    const greatest = Math.max(0, now.scale.content - now.scale.viewHeight);
    now.offset = isExact(now.scale) || !near ? offsetAt(scrollTop, now.scale) : Math.min(Math.max(0, now.offset + step), greatest);
    render(false);
    tell(near);
    clearTimeout(timer);
    timer = setTimeout(settle, SETTLED_MS);
  }

  /** @param {number} offset */
  function moveTo(offset) {
    now.offset = Math.min(Math.max(0, offset), Math.max(0, now.scale.content - now.scale.viewHeight));
    element.scrollTop = scrollTopFor(now.offset, now.scale);
    now.last = element.scrollTop;
    render(false);
    tell(true);
  }

  /** @param {number} index */
  function activate(index) {
    rows.get(now.active)?.classList.remove("is-active");
    now.active = Math.min(Math.max(0, index), now.count - 1);
    moveTo(offsetShowing(now.active, now.offset, now.scale));
    rows.get(now.active)?.classList.add("is-active");
    if (now.active >= 0) element.setAttribute("aria-activedescendant", `${rowId}-${now.active}`);
    else element.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.target !== element) return;
    const page = Math.max(1, Math.floor(now.scale.viewHeight / now.scale.rowHeight) - 1);
    /** @type {Record<string, number>} */
    const targets = { ArrowDown: now.active + 1, ArrowUp: Math.max(0, now.active - 1), PageDown: now.active + page, PageUp: now.active - page, Home: 0, End: now.count - 1 };
    const target = targets[event.key];
    if (target === undefined || event.altKey) return options.key(event, now.active);
    event.preventDefault();
    activate(target);
    options.key(event, now.active);
  }

  /** A press on the scroll bar itself. @param {PointerEvent} event */
  function onPress(event) {
    now.dragging = event.target === element && event.offsetX >= element.clientWidth;
  }
  const onRelease = () => {
    if (!now.dragging) return;
    now.dragging = false;
    settle();
  };

  const resized = new ResizeObserver(() => {
    measure();
    moveTo(now.offset);
  });
  resized.observe(element);
  element.addEventListener("scroll", onScroll, { passive: true });
  element.addEventListener("keydown", onKey);
  element.addEventListener("pointerdown", onPress);
  addEventListener("pointerup", onRelease);
  element.addEventListener("wheel", onRelease, { passive: true });
  return {
    element,
    setCount(count, { more = false } = {}) {
      now.count = count;
      element.setAttribute("aria-rowcount", more ? "-1" : String(count + 1));
      measure();
      if (now.active >= count) now.active = count - 1;
      moveTo(now.offset);
      render(true);
    },
    redraw: () => render(true),
    activate,
    active: () => now.active,
    inSight: () => rowsAt(now.offset, now.scale, now.count, 0),
    toTop() {
      now.active = -1;
      element.removeAttribute("aria-activedescendant");
      moveTo(0);
    },
    destroy() {
      resized.disconnect();
      clearTimeout(timer);
      removeEventListener("pointerup", onRelease);
    },
  };
}
