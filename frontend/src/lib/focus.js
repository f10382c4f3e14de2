// @ts-check
const MARKS = ["data-chip", "data-action", "data-tab", "name"];

/**
 * Draws an element anew and leaves the focus on the same control, or near it where that is gone.
 * @param {HTMLElement} element @param {() => void} draw
 */
export function keepFocus(element, draw) {
  const active = document.activeElement;
  const inside = active !== null && active !== element && element.contains(active);
  const mark = inside ? markOf(active) : null;
  draw();
  if (!inside) return;
  const same = mark === null ? null : element.querySelector(mark);
  const next = same ?? [...element.querySelectorAll("button, select, input, a[href]")].find((control) => control.getClientRects().length > 0);
  if (next instanceof HTMLElement) next.focus();
}

/** @param {Element} control */
function markOf(control) {
  const name = MARKS.find((attribute) => control.hasAttribute(attribute));
  return name === undefined ? null : `[${name}="${CSS.escape(control.getAttribute(name) ?? "")}"]`;
}

/**
 * The key "/" leads to the search field, save where something is being written.
 * @param {HTMLElement} element
 * @returns {() => void} ends it
 */
export function slashSearches(element) {
  /** @param {KeyboardEvent} event */
  const toSearch = (event) => {
    if (event.key !== "/" || (event.target instanceof HTMLElement && event.target.matches("input, select, textarea"))) return;
    const search = element.querySelector("[name=q]");
    if (!(search instanceof HTMLElement)) return;
    event.preventDefault();
    search.focus();
  };
  addEventListener("keydown", toSearch);
  return () => removeEventListener("keydown", toSearch);
}
