// @ts-check
import { changeCategory } from "../../api/ingest.js";
import { icon } from "../../components/icon/icon.js";
import { categoryName, t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { placeOf } from "../../state/categories.js";
import { toast } from "../../components/toast/toast.js";
import { addBelow, merge, moveTo, remove, rename, why } from "./dialogs.js";
import { childrenOf, placeAt, placeByKey, placeNow } from "./moves.js";

/**
 * @typedef {import("../../api/ingest.js").Category} Category
 * @typedef {import("./moves.js").Place} Place
 * @typedef {object} TreeOptions
 * @property {import("../../state/categories.js").CategoryTree} tree
 * @property {string | null} chosen
 * @property {(chosen: string | null) => Promise<void>} reload
 * @property {() => Promise<void>} rulesChanged
 */

/** Branches that are closed; kept while the page is open. @type {Set<string>} */
const closed = new Set();

/** The tree, to be put in order by drag, by key and by menu. @param {HTMLElement} host @param {TreeOptions} options */
export function mountTree(host, options) {
  const { tree } = options;
  put(host, html`<div class="actions tree-actions">
      <button type="button" class="button button-small" data-act="add">${icon("plus", "icon-small")}${t("categories.add")}</button>
      <span class="tree-chosen actions" data-part="acts"></span></div>
    <ul class="tree" role="tree" aria-label="${t("categories.tree")}">${tree.roots.map((category, index) => branch(options, category, 1, index, tree.roots.length))}</ul>
    <p class="note">${t("categories.keys")}</p>`);
  one(host, "[data-act=add]").addEventListener("click", () => addBelow(options, null));
  const list = one(host, ".tree");
  const first = options.chosen && tree.byId.has(options.chosen) ? options.chosen : (tree.roots[0]?.id ?? null);
  if (first) choose(host, options, first, options.chosen !== null);
  list.addEventListener("click", (event) => {
    const item = event.target instanceof Element ? event.target.closest("[data-id]") : null;
    if (!(item instanceof HTMLElement) || !item.dataset.id) return;
    if (event.target instanceof Element && event.target.closest("[data-toggle]")) toggle(host, options, item.dataset.id);
    else choose(host, options, item.dataset.id, true);
  });
  list.addEventListener("keydown", (event) => onKey(host, options, event));
  dragging(list, options);
}

/** @param {TreeOptions} options @param {Category} category @param {number} level @param {number} index @param {number} size @returns {import("../../lib/html.js").Markup} */
function branch(options, category, level, index, size) {
  const children = childrenOf(options.tree, category.id);
  const open = !closed.has(category.id);
  return html`<li role="treeitem" class="tree-item" data-id="${category.id}" tabindex="-1" aria-level="${level}" aria-posinset="${index + 1}" aria-setsize="${size}" aria-selected="false" ${children.length > 0 && html`aria-expanded="${String(open)}"`}>
    <span class="tree-row" draggable="true">${children.length > 0 ? html`<span class="tree-toggle" data-toggle>${icon("chevron", "icon-small")}</span>` : html`<span class="tree-toggle"></span>`}<span class="dot" data-colour="var(--cat-${placeOf(options.tree, category.id)})"></span><span class="tree-name">${categoryName(category)}</span></span>
    ${children.length > 0 && open && html`<ul role="group">${children.map((child, at) => branch(options, child, level + 1, at, children.length))}</ul>`}</li>`;
}

/** @param {HTMLElement} host @param {string} id */
function itemOf(host, id) {
  const item = host.querySelector(`[data-id="${CSS.escape(id)}"]`);
  return item instanceof HTMLElement ? item : null;
}

/** @param {HTMLElement} host @param {TreeOptions} options @param {string} id @param {boolean} focus */
function choose(host, options, id, focus) {
  for (const item of host.querySelectorAll("[role=treeitem]")) {
    item.setAttribute("aria-selected", "false");
    item.setAttribute("tabindex", "-1");
  }
  const item = itemOf(host, id);
  const category = options.tree.byId.get(id);
  if (!item || !category) return;
  item.setAttribute("aria-selected", "true");
  item.tabIndex = 0;
  if (focus) item.focus({ preventScroll: false });
  /** @type {Array<[string, import("../../components/icon/icon.js").IconName, (options: TreeOptions, category: Category) => unknown]>} */
  const acts = [["rename", "edit", rename], ["add-below", "plus", addBelow], ["move", "move", moveTo], ["merge", "merge", merge], ["delete", "trash", remove]];
  const bar = put(one(host, "[data-part=acts]"), html`${acts.map(([name, shape]) => html`<button type="button" class="icon-button" data-act="${name}" title="${t(`categories.${name}`)}" aria-label="${t(`categories.${name}-named`, { name: categoryName(category) })}">${icon(shape)}</button>`)}`);
  for (const [name, , act] of acts) one(bar, `[data-act=${name}]`).addEventListener("click", () => act(options, category));
}

/** @param {HTMLElement} host @param {TreeOptions} options @param {string} id */
function toggle(host, options, id) {
  if (!closed.delete(id)) closed.add(id);
  mountTree(host, { ...options, chosen: id });
}

/** @param {HTMLElement} host @param {TreeOptions} options @param {KeyboardEvent} event */
function onKey(host, options, event) {
  const item = event.target instanceof Element ? event.target.closest("[data-id]") : null;
  const id = item?.getAttribute("data-id");
  const category = id ? options.tree.byId.get(id) : undefined;
  if (!id || !category || !item) return;
  const shown = [...host.querySelectorAll("[role=treeitem]")];
  const at = shown.indexOf(item);
  const open = item.getAttribute("aria-expanded");
  /** @param {Element | undefined} other */
  const go = (other) => other && choose(host, options, other.getAttribute("data-id") ?? "", true);
  /** @type {Record<string, () => unknown>} */
  const acts = {
    ArrowDown: () => go(shown[at + 1]), ArrowUp: () => go(shown[at - 1]), Home: () => go(shown[0]), End: () => go(shown.at(-1)),
    ArrowRight: () => (open === "false" ? toggle(host, options, id) : open === "true" && go(shown[at + 1])),
    ArrowLeft: () => (open === "true" ? toggle(host, options, id) : category.parent_id && go(itemOf(host, category.parent_id) ?? undefined)),
    F2: () => rename(options, category), Enter: () => rename(options, category), Delete: () => remove(options, category),
  };
  const act = event.altKey && event.key.startsWith("Arrow") ? () => move(options, id, placeByKey(options.tree, id, event.key)) : acts[event.key];
  if (!act || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** @param {TreeOptions} options @param {string} id @param {Place | null} place */
export async function move(options, id, place) {
  if (!place) return;
  const before = placeNow(options.tree, id);
  if (before.parent_id === place.parent_id && before.position === place.position) return;
  try {
    await changeCategory(id, place);
    toast(t("categories.moved"), { action: { text: t("action.undo"), run: () => changeCategory(id, before).then(() => options.reload(id), (error) => toast(why(error), { failed: true })) } });
    closed.delete(place.parent_id ?? "");
    await options.reload(id);
  } catch (error) {
    toast(why(error), { failed: true });
  }
}

/** @param {HTMLElement} list @param {TreeOptions} options */
function dragging(list, options) {
  let dragged = "";
  /** @param {Event} event */
  const rowOf = (event) => {
    const row = event.target instanceof Element ? event.target.closest(".tree-row") : null;
    return row instanceof HTMLElement ? row : null;
  };
  /** @param {HTMLElement} row @param {DragEvent} event @returns {"before" | "after" | "inside"} */
  const part = (row, event) => {
    const { top, height } = row.getBoundingClientRect();
    const share = (event.clientY - top) / height;
    return share < 0.28 ? "before" : share > 0.72 ? "after" : "inside";
  };
  const clear = () => {
    for (const row of list.querySelectorAll("[data-drop]")) row.removeAttribute("data-drop");
  };
  list.addEventListener("dragstart", (event) => {
    dragged = rowOf(event)?.closest("[data-id]")?.getAttribute("data-id") ?? "";
    event.dataTransfer?.setData("text/plain", dragged);
  });
  list.addEventListener("dragover", (event) => {
    const row = rowOf(event);
    const target = row?.closest("[data-id]")?.getAttribute("data-id") ?? "";
    clear();
    if (!row || !dragged || !placeAt(options.tree, dragged, target, part(row, event))) return;
    event.preventDefault();
    row.dataset.drop = part(row, event);
  });
  list.addEventListener("dragend", clear);
  list.addEventListener("drop", (event) => {
    const row = rowOf(event);
    clear();
    if (!row || !dragged) return;
    event.preventDefault();
    move(options, dragged, placeAt(options.tree, dragged, row.closest("[data-id]")?.getAttribute("data-id") ?? "", part(row, event)));
  });
}
