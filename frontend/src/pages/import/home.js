// @ts-check
import { fetchImports, fetchLinks, SETTLED } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { dismiss, importFiles, imports, takeUp } from "../../state/imports.js";
import { actions } from "./actions.js";
import { mountErrors } from "./errors.js";
import { rememberedCard } from "./remembered.js";
import { historyTable, itemView } from "./views.js";

/** @typedef {import("../../state/imports.js").Item} Item */

const PAGE = 30;

/** Where files are chosen and what came of them. @param {HTMLElement} element */
export function mountHome(element) {
  put(element, html`<div class="page">
    <div class="page-head"><h1>${t("nav.import")}</h1></div>
    <div data-part="questions"></div>
    <section class="card" aria-label="${t("import.choose")}">
      <div class="drop-zone">${icon("file")}<p>${t("import.drop")}</p>
        <button type="button" class="button button-primary" data-action="choose">${t("import.choose")}</button>
        <input type="file" name="file" class="unseen" multiple tabindex="-1" aria-label="${t("import.choose")}">
        <label class="check"><input type="checkbox" name="dry_run"><span>${t("import.dry-run")}</span></label>
        <p class="note">${t("import.formats")}</p></div>
    </section>
    <section class="card" data-part="current" aria-label="${t("import.current")}" hidden></section>
  </div>`);
  const history = createCard({ title: t("import.history"), className: "import-history" });
  const remembered = rememberedCard();
  one(element, ".page").append(history.element, remembered.element);
  const refresh = async () => {
    await Promise.all([history.run(() => drawHistory(history, refresh)), remembered.refresh()]);
  };
  const show = currentList(one(element, "[data-part=current]"), refresh);
  const endDrops = chooser(element);
  show(imports.value);
  drawQuestions(one(element, "[data-part=questions]"));
  const endShow = imports.subscribe(show);
  return {
    ready: refresh().then(takeUpEarlier),
    destroy() {
      endDrops();
      endShow();
    },
  };
}

/** Shows what an earlier visit, or another window, left under way. */
async function takeUpEarlier() {
  if (!imports.value.every(isSettled)) return;
  const { items } = await fetchImports({ limit: PAGE }).catch(() => ({ items: [] }));
  for (const item of items) if (!SETTLED.has(item.status)) takeUp(item);
}

/** Links that wait for a decision, where there are any. @param {HTMLElement} host */
async function drawQuestions(host) {
  const { items } = await fetchLinks({ status: "proposed", limit: 1 }).catch(() => ({ items: [] }));
  if (items.length > 0) put(host, html`<div class="message">${icon("link")}<div class="message-text"><p>${t("links.waiting")}</p><div><a class="button button-small" href="#/import?view=links">${t("links.review")}</a></div></div></div>`);
}

/** @param {HTMLElement} element @returns {() => void} ends it */
function chooser(element) {
  const zone = one(element, ".drop-zone");
  const input = /** @type {HTMLInputElement} */ (one(element, "input[type=file]"));
  const dryRun = /** @type {HTMLInputElement} */ (one(element, "[name=dry_run]"));
  /** @param {FileList | null | undefined} files */
  const take = (files) => importFiles([...(files ?? [])], dryRun.checked ? { dryRun: true } : {});
  one(element, "[data-action=choose]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  return acceptDrops(zone, take);
}

/**
 * Takes files that are dropped anywhere in the window: beside the zone, the browser would open them
 * and leave the page.
 * @param {HTMLElement} zone lit up meanwhile @param {(files: FileList) => void} take
 * @returns {() => void} ends it
 */
function acceptDrops(zone, take) {
  /** @param {DragEvent} event */
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("is-over");
  };
  /** @param {DragEvent} event */
  const leave = (event) => {
    // Within the window, one element is left for another.
    if (event.relatedTarget === null) zone.classList.remove("is-over");
  };
  /** @param {DragEvent} event */
  const drop = (event) => {
    zone.classList.remove("is-over");
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  };
  addEventListener("dragover", over);
  addEventListener("dragleave", leave);
  addEventListener("drop", drop);
  return () => {
    removeEventListener("dragover", over);
    removeEventListener("dragleave", leave);
    removeEventListener("drop", drop);
  };
}

/**
 * Draws the files of this visit; only those that changed are drawn anew.
 * @param {HTMLElement} host @param {() => Promise<void>} refresh
 * @returns {(items: readonly Item[]) => void}
 */
function currentList(host, refresh) {
  /** @type {Map<number, { element: HTMLElement, item: Item }>} */
  const drawn = new Map();
  return (items) => {
    host.hidden = items.length === 0;
    for (const [key, { element }] of drawn) {
      if (items.some((item) => item.key === key)) continue;
      element.remove();
      drawn.delete(key);
    }
    // New ones stand before those of earlier choices, in the order in which they are imported.
    let following = host.firstElementChild;
    for (const item of items) {
      const known = drawn.get(item.key);
      if (known) following = known.element.nextElementSibling;
      if (known?.item === item) continue;
      const element = known?.element ?? document.createElement("div");
      if (!known) host.insertBefore(element, following);
      drawn.set(item.key, { element, item });
      drawItem(element, item, refresh);
      if (known && isSettled(item) && !isSettled(known.item)) refresh();
    }
  };
}

/** @param {Item} item */
function isSettled({ error, result }) {
  return error !== null || (result !== null && SETTLED.has(result.status));
}

/** @param {HTMLElement} element @param {Item} item @param {() => Promise<void>} refresh */
function drawItem(element, item, refresh) {
  element.className = "import-item";
  put(element, itemView(item, isSettled(item)));
  element.querySelector("[data-action=dismiss]")?.addEventListener("click", () => dismiss(item.key));
  element.querySelector("[data-action=for-real]")?.addEventListener("click", () => {
    dismiss(item.key);
    if (item.file) importFiles([item.file], { ...item.options, dryRun: false });
  });
  if (!item.result) return;
  const errors = element.querySelector("[data-part=errors]");
  if (errors instanceof HTMLElement) mountErrors(errors, item.result.id, { kind: "error" });
  actions(element, item.result, refresh);
}

/** @param {import("../../components/card/card.js").Card} card @param {() => Promise<void>} refresh */
async function drawHistory(card, refresh) {
  const first = await fetchImports({ limit: PAGE });
  if (first.items.length === 0) return card.empty(t("import.no-history"));
  let { items, next_cursor: cursor } = first;
  const draw = () => {
    put(card.content, html`${historyTable(items)}${cursor && html`<button type="button" class="button button-block" data-action="more">${t("action.more")}</button>`}`);
    for (const item of items) {
      const row = card.content.querySelector(`[data-import="${CSS.escape(item.id)}"]`);
      if (row instanceof HTMLElement) actions(row, item, refresh);
    }
    card.content.querySelector("[data-action=more]")?.addEventListener("click", () => card.run(more));
  };
  const more = async () => {
    const page = await fetchImports({ limit: PAGE, cursor });
    items = [...items, ...page.items];
    cursor = page.next_cursor;
    draw();
  };
  return draw();
}
