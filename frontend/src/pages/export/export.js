// @ts-check
import { downloadExport, exportLink, fetchCount } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { problem } from "../../components/problem/problem.js";
import { mountRangePicker } from "../../components/range-picker/range-picker.js";
import { toast } from "../../components/toast/toast.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant, todayIn } from "../../lib/dates.js";
import { saveBlob } from "../../lib/download.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { categoryTree } from "../../state/categories.js";
import { hashOf, rangeOf } from "../../state/filters.js";
import { prefs } from "../../state/prefs.js";

/**
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 * @typedef {{ kind: string, format: string, lang: string, filter: ExpenseFilter }} Wanted
 */

const KINDS = ["expenses", "forecasts", "reports"];
const FORMATS = ["csv", "xlsx", "ndjson"];
const LANGS = ["zh-CN", "en"];
const DIRECTIONS = ["expense", "income", "refund", "transfer", "neutral"];
/** Above this many rows a file is fetched by its link: the page would hold all of it in memory. */
const MOST_IN_MEMORY = 100_000;

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page page-narrow"><div class="page-head"><h1>${t("nav.export")}</h1></div></div>`);
  const card = createCard({ title: t("export.title") });
  card.answer(t("export.lead"));
  one(element, ".page").append(card.element);
  let call = new AbortController();

  /** @param {URLSearchParams} asked */
  const draw = (asked) => card.run(async () => {
    call.abort();
    call = new AbortController();
    const { signal } = call;
    const tree = await categoryTree().catch(() => null);
    if (signal.aborted) return;
    const wanted = wantedOf(asked);
    put(card.content, form(asked, wanted, tree));
    const count = wanted.kind === "expenses" ? await countRows(card.content, wanted.filter, signal) : null;
    if (!signal.aborted) behaviour(card.content, asked, wanted, count);
  });
  return {
    ready: draw(params),
    update: draw,
    destroy: () => call.abort(),
  };
}

/** @param {URLSearchParams} params @returns {Wanted} */
function wantedOf(params) {
  /** @param {readonly string[]} known @param {string} name @param {string} fallback */
  const among = (known, name, fallback) => known.find((value) => value === params.get(name)) ?? fallback;
  const { range } = rangeOf(params, todayIn(prefs.value.timeZone), "all");
  const filter = { from: range?.from, to: range?.to, category_id: params.get("category_id") || undefined, direction: params.get("direction") || undefined, q: params.get("q") || undefined };
  return { kind: among(KINDS, "kind", "expenses"), format: among(FORMATS, "format", "csv"), lang: among(LANGS, "lang", locale()), filter };
}

/** @param {URLSearchParams} params @param {Wanted} wanted @param {CategoryTree | null} tree */
function form(params, { kind, format, lang, filter }, tree) {
  /** @param {string} name @param {readonly string[]} values @param {string} chosen @param {string} group */
  const choices = (name, values, chosen, group) => html`<fieldset><legend class="field-label">${t(`export.${name}`)}</legend><div class="choices">${values.map((value) => html`<label class="choice"><input type="radio" name="${name}" value="${value}" ${value === chosen && html`checked`}>${t(`${group}.${value}`)}</label>`)}</div></fieldset>`;
  // No form element: the range picker within has its own, and forms cannot nest.
  return html`<div class="form" role="group" aria-label="${t("export.title")}">
    ${choices("kind", KINDS, kind, "export-kind")}${choices("format", FORMATS, format, "export-format")}${choices("lang", LANGS, lang, "locale")}
    ${kind === "expenses" && html`<div class="field"><span class="field-label">${t("range.label")}</span><div data-part="range"></div></div>
      <div class="pair"><div class="field"><label for="e-category">${t("expense.category")}</label><select class="input" id="e-category" name="category_id"><option value="">${t("transactions.any-category")}</option>${categoryOptions(tree, filter.category_id ?? null)}</select></div>
      <div class="field"><label for="e-direction">${t("transactions.direction")}</label><select class="input" id="e-direction" name="direction"><option value="">${t("transactions.any-direction")}</option>${DIRECTIONS.map((name) => html`<option value="${name}" ${name === filter.direction && html`selected`}>${t(`direction.${name}`)}</option>`)}</select></div></div>
      <div class="field"><label for="e-q">${t("export.q")}</label><input class="input" id="e-q" name="q" type="search" value="${params.get("q") ?? ""}"></div>`}
    <p class="export-count" role="status" data-part="count"></p>
    <div class="actions"><button type="button" class="button button-primary" data-action="download">${icon("download", "icon-small")}${t("action.download")}</button><button type="button" class="button" data-action="link">${icon("link", "icon-small")}${t("export.make-link")}</button></div>
    <div data-part="outcome"></div></div>`;
}

/** How many rows the file will have. @param {HTMLElement} host @param {ExpenseFilter} filter @param {AbortSignal} signal */
async function countRows(host, filter, signal) {
  try {
    const { count } = await fetchCount(filter, signal);
    one(host, "[data-part=count]").textContent = t("export.count", { count, number: formatNumber(count) });
    return count;
  } catch (error) {
    if (!isAbort(error)) put(one(host, "[data-part=outcome]"), problem(error));
    return null;
  }
}

/** @param {HTMLElement} host @param {URLSearchParams} params @param {Wanted} wanted @param {number | null} count */
function behaviour(host, params, wanted, count) {
  const element = one(host, ".form");
  /** @param {Record<string, string | null>} changes */
  const change = (changes) => { location.hash = hashOf("export", { ...Object.fromEntries(params), ...changes }); };
  for (const control of element.querySelectorAll("input, select")) {
    if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.addEventListener("change", () => change({ [control.name]: control.value.trim() }));
  }
  const range = host.querySelector("[data-part=range]");
  const today = todayIn(prefs.value.timeZone);
  const picked = rangeOf(params, today, "all");
  if (range instanceof HTMLElement) mountRangePicker(range, { preset: picked.preset, range: picked.range, today, pick: (days) => change({ from: null, to: null, range: null, ...days }) });
  const many = count !== null && count > MOST_IN_MEMORY;
  one(element, "[data-action=download]").addEventListener("click", () => run(element, () => (many ? byLink(wanted) : toFile(wanted))));
  one(element, "[data-action=link]").addEventListener("click", () => run(element, () => showLink(one(element, "[data-part=outcome]"), wanted)));
}

/** @param {HTMLElement} element @param {() => Promise<void>} work */
async function run(element, work) {
  const buttons = [...element.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  const outcome = put(one(element, "[data-part=outcome]"), html`<progress aria-label="${t("export.working")}"></progress>`);
  try {
    await work();
    if (outcome.querySelector("progress")) put(outcome, html``);
  } catch (error) {
    put(outcome, problem(error));
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** @param {Wanted} wanted */
async function toFile({ filter, ...choice }) {
  const { blob, name } = await downloadExport(choice, filter);
  saveBlob(blob, name ?? `${choice.kind}.${choice.format}`);
}

/** @param {Wanted} wanted */
async function byLink({ filter, ...choice }) {
  const { url } = await exportLink(choice, filter);
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/** @param {HTMLElement} host @param {Wanted} wanted */
async function showLink(host, { filter, ...choice }) {
  const { url, expires_at: until } = await exportLink(choice, filter);
  const address = new URL(url, location.href).href;
  put(host, html`<div class="field"><label for="e-link">${t("export.link")}</label><div class="export-link"><input class="input" id="e-link" readonly value="${address}"><button type="button" class="button" data-action="copy">${icon("copy", "icon-small")}${t("export.copy")}</button></div>
    <p class="field-hint">${t("export.link-until", { time: formatInstant(until, locale(), prefs.value.timeZone) })}</p></div>`);
  const input = /** @type {HTMLInputElement} */ (one(host, "#e-link"));
  input.addEventListener("focus", () => input.select());
  one(host, "[data-action=copy]").addEventListener("click", async () => {
    // Without a secure address browsers refuse the clipboard; the selected text can be copied by hand.
    try {
      await navigator.clipboard.writeText(address);
      toast(t("export.copied"));
    } catch {
      input.focus();
      input.select();
    }
  });
}
