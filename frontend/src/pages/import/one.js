// @ts-check
import { fetchImport, fetchLinks, SETTLED } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { wait } from "../../lib/wait.js";
import { prefs } from "../../state/prefs.js";
import { actions } from "./actions.js";
import { mountErrors } from "./errors.js";
import { outcome, statusTag } from "./views.js";

const POLL_MS = 1000;
const KINDS = ["error", "ignored"];

/** One import: what came of its rows, and which were refused or left out and why. @param {HTMLElement} element @param {URLSearchParams} params */
export function mountImport(element, params) {
  const id = params.get("id") ?? "";
  const kind = params.get("kind") === "ignored" ? "ignored" : "error";
  const life = new AbortController();
  put(element, html`<div class="page"><div class="page-head"><h1>${t("import.one")}</h1><a class="button button-plain" href="#/import">${t("import.back")}</a></div></div>`);
  const card = createCard({ title: t("import.result") });
  const rows = createCard({ title: t("import.left-out") });
  one(element, ".page").append(card.element, rows.element);

  async function draw() {
    const result = await fetchImport(id);
    if (life.signal.aborted) return;
    one(card.element, "h2").textContent = result.filename;
    put(card.content, html`<p class="import-line"><span class="quiet">${formatInstant(result.created_at, locale(), prefs.value.timeZone)}</span>${statusTag(result.status)}</p>${outcome(result, { detailed: false, canRepeat: false })}<div data-part="links"></div>`);
    actions(card.content, result, refresh);
    const counts = { error: result.rows_failed, ignored: result.rows_ignored };
    rows.element.hidden = counts.error + counts.ignored === 0;
    drawRows(rows.content, { id, kind: counts[kind] > 0 ? kind : counts.error > 0 ? "error" : "ignored", counts });
    drawLinks(one(card.content, "[data-part=links]"), id);
    if (!SETTLED.has(result.status)) wait(POLL_MS, life.signal).then(refresh, () => undefined);
  }
  const refresh = () => card.run(draw);
  return { ready: refresh(), destroy: () => life.abort() };
}

/** @param {HTMLElement} host @param {{ id: string, kind: "error" | "ignored", counts: Record<string, number> }} options */
function drawRows(host, { id, kind, counts }) {
  put(host, html`<div class="tabs" role="tablist">${KINDS.map((name) => html`<button type="button" role="tab" class="tab" id="rows-${name}" aria-controls="rows-panel" data-kind="${name}" aria-selected="${String(name === kind)}" tabindex="${name === kind ? 0 : -1}">${t(`import.kind-${name}`, { count: counts[name] ?? 0 })}</button>`)}</div><div id="rows-panel" role="tabpanel" aria-labelledby="rows-${kind}" data-part="panel"></div>`);
  mountErrors(one(host, "[data-part=panel]"), id, { kind });
  /** @param {string} name */
  const turn = (name) => {
    drawRows(host, { id, kind: name === "ignored" ? "ignored" : "error", counts });
    one(host, `[data-kind=${name}]`).focus();
  };
  for (const tab of host.querySelectorAll("[data-kind]")) {
    const name = tab.getAttribute("data-kind") ?? "error";
    tab.addEventListener("click", () => turn(name));
    tab.addEventListener("keydown", (event) => {
      if (event instanceof KeyboardEvent && ["ArrowLeft", "ArrowRight"].includes(event.key)) turn(name === "error" ? "ignored" : "error");
    });
  }
}

/** @param {HTMLElement} host @param {string} id */
async function drawLinks(host, id) {
  const { items } = await fetchLinks({ import_id: id, limit: 1 }).catch(() => ({ items: [] }));
  if (items.length > 0) put(host, html`<a class="button button-small" href="#/import?view=links&import_id=${id}">${icon("link", "icon-small")}${t("links.of-import")}</a>`);
}
