// @ts-check
import { downloadRepairFile, fetchImports, SETTLED } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { saveBlob } from "../../lib/download.js";
import { html, one, put } from "../../lib/html.js";
import { importFiles, imports, undo } from "../../state/imports.js";
import { mountErrors } from "./errors.js";
import { historyTable, itemView } from "./views.js";

/**
 * @typedef {import("../../api/ingest.js").Import} Import
 * @typedef {import("../../state/imports.js").Item} Item
 */

const MOST_SHOWN = 30;

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  put(element, html`<div class="page">
    <div class="page-head"><h1>${t("nav.import")}</h1></div>
    <section class="card" aria-label="${t("import.choose")}">
      <div class="drop-zone">${icon("file")}<p>${t("import.drop")}</p>
        <button type="button" class="button button-primary" data-action="choose">${t("import.choose")}</button>
        <input type="file" name="file" class="unseen" multiple tabindex="-1" aria-label="${t("import.choose")}" accept=".csv,.txt,.xlsx,.xls,.zip">
        <p class="note">${t("import.formats")}</p></div>
    </section>
    <section class="card" data-part="current" aria-label="${t("import.current")}" hidden></section>
  </div>`);
  const history = createCard({ title: t("import.history"), className: "import-history" });
  one(element, ".page").append(history.element);
  const refresh = () => history.run(() => drawHistory(history, refresh));
  const show = currentList(one(element, "[data-part=current]"), refresh);
  chooser(element);
  show(imports.value);
  return { ready: refresh(), destroy: imports.subscribe(show) };
}

/** @param {HTMLElement} element */
function chooser(element) {
  const zone = one(element, ".drop-zone");
  const input = /** @type {HTMLInputElement} */ (one(element, "input[type=file]"));
  one(element, "[data-action=choose]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    importFiles([...(input.files ?? [])]);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event instanceof DragEvent) importFiles([...(event.dataTransfer?.files ?? [])]);
  });
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
    // Oldest first, each put on top.
    for (const item of [...items].reverse()) {
      const known = drawn.get(item.key);
      if (known?.item === item) continue;
      const element = known?.element ?? document.createElement("div");
      if (!known) host.prepend(element);
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
  put(element, itemView(item));
  if (!item.result) return;
  const errors = element.querySelector("[data-part=errors]");
  if (errors instanceof HTMLElement) mountErrors(errors, item.result.id);
  actions(element, item.result, refresh);
}

/** @param {HTMLElement} element @param {Import} result @param {() => Promise<void>} changed */
function actions(element, result, changed) {
  element.querySelector("[data-action=repair]")?.addEventListener("click", async () => {
    try {
      const { blob, name } = await downloadRepairFile(result.id);
      saveBlob(blob, name ?? `${result.filename}-errors.csv`);
    } catch (error) {
      toast(problemText(error));
    }
  });
  element.querySelector("[data-action=undo]")?.addEventListener("click", async () => {
    const agreed = await confirmed({ title: t("import.undo-title"), text: t("import.undo-text", { name: result.filename, count: result.rows_success }), action: t("import.undo") });
    if (!agreed) return;
    try {
      await undo(result.id);
      toast(t("import.undone-toast", { name: result.filename }));
    } catch (error) {
      toast(problemText(error));
    }
    await changed();
  });
}

/** @param {import("../../components/card/card.js").Card} card @param {() => Promise<void>} refresh */
async function drawHistory(card, refresh) {
  const { items } = await fetchImports({ limit: MOST_SHOWN });
  if (items.length === 0) return card.empty(t("import.no-history"));
  put(card.content, historyTable(items));
  for (const item of items) {
    const row = card.content.querySelector(`[data-import="${CSS.escape(item.id)}"]`);
    if (row instanceof HTMLElement) actions(row, item, refresh);
  }
}
