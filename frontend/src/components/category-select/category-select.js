// @ts-check
import { categoryName } from "../../i18n/i18n.js";
import { html } from "../../lib/html.js";

/**
 * The options of a choice among categories, children set in below their parents.
 * @param {import("../../state/categories.js").CategoryTree | null} tree @param {string | null} chosen
 * @param {{ without?: ReadonlySet<string> }} [options]
 */
export function categoryOptions(tree, chosen, { without } = {}) {
  const shown = [...(tree?.byId.values() ?? [])].filter((category) => !without?.has(category.id));
  return shown.map((category) => html`<option value="${category.id}" ${category.id === chosen && html`selected`}>${"\u3000".repeat(depthOf(tree, category))}${categoryName(category)}</option>`);
}

/** @param {import("../../state/categories.js").CategoryTree | null} tree @param {import("../../api/ingest.js").Category} category */
function depthOf(tree, category) {
  let depth = 0;
  for (let parent = category.parent_id; parent && depth < 8; depth += 1) parent = tree?.byId.get(parent)?.parent_id ?? null;
  return depth;
}

/** Names from the top down: "餐饮 / 早餐". @param {import("../../state/categories.js").CategoryTree | null} tree @param {string | null} id */
export function categoryPath(tree, id) {
  /** @type {string[]} */
  const names = [];
  for (let category = id ? tree?.byId.get(id) : undefined; category && names.length < 8; category = category.parent_id ? tree?.byId.get(category.parent_id) : undefined) names.unshift(categoryName(category));
  return names.join(" / ");
}
