// @ts-check
/**
 * Where a category goes in its tree: below a parent (null: the top), at a place among the siblings
 * counted from 1, itself left out.
 * @typedef {import("../../api/ingest.js").Category} Category
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 * @typedef {{ parent_id: string | null, position: number }} Place
 */

/** @param {CategoryTree} tree @param {string | null} parentId @returns {Category[]} */
export function childrenOf(tree, parentId) {
  return parentId === null ? tree.roots : [...tree.byId.values()].filter((category) => category.parent_id === parentId);
}

/** The category and all below it. @param {CategoryTree} tree @param {string} id @returns {Set<string>} */
export function subtreeOf(tree, id) {
  const ids = new Set([id]);
  // The list has parents before children.
  for (const category of tree.byId.values()) if (category.parent_id && ids.has(category.parent_id)) ids.add(category.id);
  return ids;
}

/** @param {CategoryTree} tree @param {string} id @returns {Place} */
export function placeNow(tree, id) {
  const parentId = parentOf(tree, id);
  return { parent_id: parentId, position: childrenOf(tree, parentId).findIndex((category) => category.id === id) + 1 };
}

/** @param {CategoryTree} tree @param {string} id */
function parentOf(tree, id) {
  const parent = tree.byId.get(id)?.parent_id ?? null;
  return parent && tree.byId.has(parent) ? parent : null;
}

/**
 * Where a category goes when it is dropped on another: before it, after it, or inside. null where
 * that is itself, or below itself.
 * @param {CategoryTree} tree @param {string} id @param {string} targetId @param {"before" | "after" | "inside"} where
 * @returns {Place | null}
 */
export function placeAt(tree, id, targetId, where) {
  if (subtreeOf(tree, id).has(targetId)) return null;
  if (where === "inside") return { parent_id: targetId, position: childrenOf(tree, targetId).filter((category) => category.id !== id).length + 1 };
  const parentId = parentOf(tree, targetId);
  const siblings = childrenOf(tree, parentId).filter((category) => category.id !== id);
  const at = siblings.findIndex((category) => category.id === targetId);
  return { parent_id: parentId, position: at + (where === "before" ? 1 : 2) };
}

/**
 * Where a key press with Alt moves a category: up and down among its siblings, right below the one
 * before it, left out of its parent. null where there is no such place.
 * @param {CategoryTree} tree @param {string} id @param {string} key
 * @returns {Place | null}
 */
export function placeByKey(tree, id, key) {
  const now = placeNow(tree, id);
  const siblings = childrenOf(tree, now.parent_id);
  const before = siblings[now.position - 2];
  switch (key) {
    case "ArrowUp": return before ? { ...now, position: now.position - 1 } : null;
    case "ArrowDown": return now.position < siblings.length ? { ...now, position: now.position + 1 } : null;
    case "ArrowRight": return before ? placeAt(tree, id, before.id, "inside") : null;
    case "ArrowLeft": return now.parent_id ? placeAt(tree, id, now.parent_id, "after") : null;
    default: return null;
  }
}
