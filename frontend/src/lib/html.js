// @ts-check
/** Text that is already HTML; made by the `html` tag only. */
export class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * The text with the characters that HTML reads as its own replaced by entities.
 * @param {string} text
 */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** @param {unknown} value @returns {string} */
function interpolate(value) {
  if (value === null || value === undefined || value === false || value === true) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(interpolate).join("");
  return escapeHtml(String(value));
}

/**
 * Markup of a template in which every value is escaped, save nested Markup.
 * null, undefined and booleans vanish, so that `${condition && html`...`}` works.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function html(strings, ...values) {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += interpolate(value) + (strings[index + 1] ?? "");
  });
  return new Markup(text);
}

/**
 * The element, with its content replaced.
 *
 * The content policy forbids style attributes, so templates carry the few computed values as
 * data-share (0 to 1) and data-colour, which are set as custom properties here.
 * @template {Element} E
 * @param {E} element
 * @param {Markup} markup
 * @returns {E}
 */
export function put(element, markup) {
  element.innerHTML = markup.text;
  for (const marked of element.querySelectorAll("[data-share], [data-colour]")) {
    if (!(marked instanceof HTMLElement)) continue;
    const { share, colour } = marked.dataset;
    if (share !== undefined) marked.style.setProperty("--share", share);
    if (colour !== undefined) marked.style.setProperty("--colour", colour);
  }
  return element;
}

/**
 * The first element that matches; a missing one is a mistake in the template.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function one(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no element ${selector}`);
  return found;
}

/**
 * The value of a named form control, trimmed of nothing; "" when it is absent.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function valueOf(form, name) {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}
