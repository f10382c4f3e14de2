// @ts-check
import { applyMapping, fetchImport, fetchPreview, tryMapping } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { fieldProblems, problem } from "../../components/problem/problem.js";
import { t } from "../../i18n/i18n.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { categoryTree } from "../../state/categories.js";
import { takeUp } from "../../state/imports.js";
import { columnsTable, mappingForm, mappingOf, settle, showChoices, wordsTable } from "./mapping-form.js";
import { rowsTable } from "./mapping-preview.js";

/** @typedef {import("../../api/ingest.js").Preview} Preview */

const PREVIEW_AFTER_MS = 250;

/**
 * Asks what the columns of an unknown table mean, and shows its rows as they would be stored.
 * @param {HTMLElement} element @param {URLSearchParams} params
 */
export function mountWizard(element, params) {
  const id = params.get("id") ?? "";
  const life = new AbortController();
  put(element, html`<div class="page"><div class="page-head"><h1>${t("map.title")}</h1><a class="button button-plain" href="#/import">${t("import.back")}</a></div></div>`);
  const questions = createCard({ title: t("map.columns") });
  const preview = createCard({ title: t("map.preview") });
  one(element, ".page").append(questions.element, preview.element);

  const ready = questions.run(async () => {
    const [item, first, tree] = await Promise.all([fetchImport(id), fetchPreview(id, life.signal), categoryTree().catch(() => null)]);
    questions.answer(t("map.lead", { name: item.filename }));
    put(questions.content, mappingForm(first, tree));
    put(preview.content, rowsTable(first));
    behaviour({ host: questions.content, preview, id, first, life });
  });
  return { ready, destroy: () => life.abort() };
}

/**
 * @param {{ host: HTMLElement, preview: import("../../components/card/card.js").Card, id: string, first: Preview, life: AbortController }} wizard
 */
function behaviour({ host, preview, id, first, life }) {
  const form = /** @type {HTMLFormElement} */ (one(host, "form"));
  let shown = first;
  let call = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  life.signal.addEventListener("abort", () => {
    clearTimeout(timer);
    call.abort();
  });
  const look = () => preview.run(async () => {
    call.abort();
    call = new AbortController();
    const { signal } = call;
    try {
      const next = await tryMapping(id, mappingOf(form, shown.mapping), signal);
      if (signal.aborted) return;
      redraw(form, shown, next);
      shown = next;
      put(one(form, "[data-part=problem]"), html``);
      put(preview.content, rowsTable(next));
    } catch (error) {
      if (fieldProblems(error).length === 0) throw error;
      tell(form, error);
    }
  });
  form.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement && target.name.startsWith("column-")) settle(form, target);
    if ((target instanceof HTMLInputElement && target.name === "remember") || !form.checkValidity()) return;
    clearTimeout(timer);
    timer = setTimeout(look, PREVIEW_AFTER_MS);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    const remember = /** @type {HTMLInputElement} */ (one(form, "[name=remember]")).checked;
    const button = /** @type {HTMLButtonElement} */ (one(form, ".button-primary"));
    button.disabled = true;
    try {
      await applyMapping(id, mappingOf(form, shown.mapping), remember);
      takeUp(await fetchImport(id));
      location.hash = "#/import";
    } catch (error) {
      if (!isAbort(error)) tell(form, error);
      button.disabled = false;
    }
  });
  put(one(form, "[data-part=words]"), wordsTable(first));
  showChoices(form);
}

/** Draws what another mapping changed of the questions, and leaves the rest to its reader. @param {HTMLFormElement} form @param {Preview} before @param {Preview} next */
function redraw(form, before, next) {
  const names = (/** @type {Preview} */ preview) => JSON.stringify(preview.columns.map((column) => [column.name, column.samples]));
  if (names(before) !== names(next)) put(one(form, "[data-part=columns]"), columnsTable(next));
  const words = (/** @type {Preview} */ { columns, mapping }) => JSON.stringify([mapping.columns.direction, columns.find((column) => column.index === mapping.columns.direction)?.words]);
  if (words(before) !== words(next)) put(one(form, "[data-part=words]"), wordsTable(next));
  showChoices(form);
}

/** @param {HTMLFormElement} form @param {unknown} error */
function tell(form, error) {
  const wrong = fieldProblems(error);
  put(one(form, "[data-part=problem]"), wrong.length === 0 ? problem(error) : html`<div class="message message-error" role="alert">${icon("alert")}<div class="message-text">${[...new Set(wrong.map(({ text }) => text))].map((text) => html`<p>${text}</p>`)}</div></div>`);
}
