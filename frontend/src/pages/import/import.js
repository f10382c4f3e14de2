// @ts-check
import { downloadRepairFile, fetchImport, fetchImports, SETTLED, startImport, undoImport } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { saveBlob } from "../../lib/download.js";
import { ApiError } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { wait } from "../../lib/wait.js";
import { forgetCategories } from "../../state/categories.js";
import { freshness } from "../../state/session.js";
import { mountErrors } from "./errors.js";
import { historyTable, itemView } from "./views.js";

/**
 * One chosen file on its way.
 * @typedef {object} Item
 * @property {HTMLElement} element
 * @property {File} file
 * @property {{ sent: number, total: number } | null} upload null once the file is with the service
 * @property {import("../../api/ingest.js").Import | null} result
 * @property {boolean} duplicate the very same file came before
 * @property {unknown} error
 */

const POLL_MS = 500;
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
  const life = new AbortController();
  const history = createCard({ title: t("import.history"), className: "import-history" });
  one(element, ".page").append(history.element);
  const refresh = () => history.run(() => drawHistory(history, refresh));
  chooser(element, (files) => take(element, files, life.signal, refresh));
  return { ready: refresh(), destroy: () => life.abort() };
}

/** @param {HTMLElement} element @param {(files: File[]) => void} take */
function chooser(element, take) {
  const zone = one(element, ".drop-zone");
  const input = /** @type {HTMLInputElement} */ (one(element, "input[type=file]"));
  one(element, "[data-action=choose]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event instanceof DragEvent) take([...(event.dataTransfer?.files ?? [])]);
  });
}

/** @param {HTMLElement} element @param {File[]} files @param {AbortSignal} signal @param {() => void} refresh */
async function take(element, files, signal, refresh) {
  const host = one(element, "[data-part=current]");
  host.hidden = files.length === 0 && host.childElementCount === 0;
  const items = files.map((file) => {
    const row = document.createElement("div");
    row.className = "import-item";
    host.prepend(row);
    /** @type {Item} */
    const item = { element: row, file, upload: { sent: 0, total: file.size }, result: null, duplicate: false, error: null };
    show(item, refresh);
    return item;
  });
  // One after another: they share one worker, and the bar that moves is the one being read.
  for (const item of items) {
    if (signal.aborted) return;
    await follow(item, signal, refresh);
    refresh();
  }
}

/** @param {Item} item @param {AbortSignal} signal @param {() => void} refresh */
async function follow(item, signal, refresh) {
  try {
    const accepted = await startImport(item.file, (sent, total) => {
      item.upload = { sent, total };
      show(item, refresh);
    });
    item.upload = null;
    item.duplicate = accepted.status === "duplicate_file";
    await settle(item, accepted.id, signal, refresh);
    forgetCategories();
  } catch (error) {
    if (signal.aborted) return;
    item.error = error;
    item.upload = null;
  }
  show(item, refresh);
}

/** @param {Item} item @param {string} id @param {AbortSignal} signal @param {() => void} refresh */
async function settle(item, id, signal, refresh) {
  for (;;) {
    item.result = await fetchImport(id);
    freshness.minSeq = Math.max(freshness.minSeq ?? 0, item.result.last_seq ?? 0) || null;
    show(item, refresh);
    if (SETTLED.has(item.result.status)) return;
    await wait(POLL_MS, signal);
  }
}

/** @param {Item} item @param {() => void} refresh */
function show(item, refresh) {
  put(item.element, itemView(item));
  const { result } = item;
  if (!result) return;
  const errors = item.element.querySelector("[data-part=errors]");
  if (errors instanceof HTMLElement) mountErrors(errors, result.id);
  actions(item.element, result, async () => {
    item.result = await fetchImport(result.id);
    show(item, refresh);
    refresh();
  });
}

/** @param {HTMLElement} element @param {import("../../api/ingest.js").Import} result @param {() => Promise<void>} changed */
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
      await undoImport(result.id);
      await undone(result.id);
      toast(t("import.undone-toast", { name: result.filename }));
    } catch (error) {
      toast(problemText(error));
    }
    await changed();
  });
}

/** Resolves when the service has taken the rows back. @param {string} id */
async function undone(id) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const now = await fetchImport(id);
    if (now.status === "undone") {
      freshness.minSeq = Math.max(freshness.minSeq ?? 0, now.last_seq ?? 0) || null;
      return;
    }
    await wait(POLL_MS);
  }
  throw new ApiError({ status: 0, slug: "gateway-timeout" });
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
