// @ts-check
import { fetchCategories } from "../api/ingest.js";

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
  const items = await fetchCategories();
  const byId = new Map(items.map((category) => [category.id, category]));
  return { byId, roots: items.filter((category) => !category.parent_id || !byId.has(category.parent_id)) };
}

/**
 * The place of each default category: the five that cost most households most have a colour of
 * their own, the others share three. Reports hold the same table (docs/colours.md).
 * @type {Readonly<Record<string, number>>}
 */
export const PLACE_BY_CODE = {
  housing: 0, food: 1, shopping: 2, groceries: 3, transport: 6, social: 4, health: 4, communication: 4,
  entertainment: 5, finance: 5, travel: 7, education: 7, income: 3, transfer: 8, other: 8,
};

/**
 * The palette place of a top-level category: its code's, else the rest of its number by eight, so
 * that eight made one after another differ. It depends on nothing else.
 * @param {{ id: string | null, code: string | null }} category
 */
export function categoryPlace({ id, code }) {
  const place = PLACE_BY_CODE[(code ?? "").split(".")[0] ?? ""];
  if (place !== undefined) return place;
  return id && /^\d+$/.test(id) ? Number(BigInt(id) % BigInt(PLACES)) : OTHER_PLACE;
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

/** The palette place of a category: that of the top-level one above it. @param {CategoryTree | null} tree @param {string | null} id */
export function placeOf(tree, id) {
  const root = tree ? rootOf(tree, id) : null;
  return root ? categoryPlace(root) : OTHER_PLACE;
}
