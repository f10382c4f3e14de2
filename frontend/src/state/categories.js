// @ts-check
import { fetchCategoryShare } from "../api/analytics.js";
import { fetchCategories } from "../api/ingest.js";
import { choose, prefs, pushSettings } from "./prefs.js";

/**
 * @typedef {import("../api/ingest.js").Category} Category
 * @typedef {{ byId: Map<string, Category>, roots: Category[] }} CategoryTree
 */

/** Palette places; the last, 8, is for everything without one. */
export const PLACES = 8;
export const OTHER_PLACE = 8;

/** @type {{ tree: Promise<CategoryTree> | null }} */
const cache = { tree: null };

/** @returns {Promise<CategoryTree>} */
export function categoryTree() {
  cache.tree ??= loadTree().catch((error) => {
    cache.tree = null;
    throw error;
  });
  return cache.tree;
}

export function forgetCategories() {
  cache.tree = null;
}

async function loadTree() {
  const [items, share] = await Promise.all([fetchCategories(), fetchCategoryShare({ level: 1 }).catch(() => null)]);
  const byId = new Map(items.map((category) => [category.id, category]));
  const tree = { byId, roots: items.filter((category) => !category.parent_id || !byId.has(category.parent_id)) };
  if (share) keepPlaces(share.items, tree);
  return tree;
}

/** @param {ReadonlyArray<{ category_id: string | null, code: string | null }>} byAmount @param {CategoryTree} tree */
function keepPlaces(byAmount, tree) {
  const taken = prefs.value.categoryColours;
  const next = assignPlaces(taken, byAmount.filter((item) => item.code !== "other").map((item) => item.category_id ?? ""), new Set(tree.byId.keys()));
  if (JSON.stringify(next) === JSON.stringify(taken)) return;
  choose({ categoryColours: next });
  pushSettings().catch(() => undefined);
}

/**
 * A palette place for each category, for good: a category keeps the one that it has, and new ones
 * take the free ones in order of what was ever spent on them. There are more categories than
 * colours that can be told apart, so the smallest share the neutral one.
 * @param {Readonly<Record<string, number>>} taken
 * @param {readonly string[]} idsByAmount
 * @param {ReadonlySet<string>} known ids that still exist
 * @returns {Record<string, number>}
 */
export function assignPlaces(taken, idsByAmount, known) {
  const next = Object.fromEntries(Object.entries(taken).filter(([id]) => known.has(id)));
  const free = Array.from({ length: PLACES }, (_, place) => place).filter((place) => !Object.values(next).includes(place));
  for (const id of idsByAmount) {
    if (!id || id in next) continue;
    const place = free.shift();
    if (place === undefined) break;
    next[id] = place;
  }
  return next;
}

/** The top-level category above. @param {CategoryTree} tree @param {string | null} id @returns {Category | null} */
export function rootOf(tree, id) {
  let category = id ? (tree.byId.get(id) ?? null) : null;
  for (let depth = 0; category?.parent_id && depth < 8; depth += 1) {
    const parent = tree.byId.get(category.parent_id);
    if (!parent) break;
    category = parent;
  }
  return category;
}

/** The palette place of a category or of the top-level one above it. @param {CategoryTree | null} tree @param {string | null} id */
export function placeOf(tree, id) {
  if (!id) return OTHER_PLACE;
  const root = tree ? (rootOf(tree, id)?.id ?? id) : id;
  return prefs.value.categoryColours[root] ?? OTHER_PLACE;
}
