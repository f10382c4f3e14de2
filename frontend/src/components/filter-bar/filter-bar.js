// @ts-check
import { fetchProfiles } from "../../api/ingest.js";
import { has, t } from "../../i18n/i18n.js";
import { keepFocus } from "../../lib/focus.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { cityName } from "../../state/cities.js";
import { setIn, valueIn, without } from "../../state/filter-entries.js";
import { categoryOptions, categoryPath } from "../category-select/category-select.js";
import { openDialog } from "../dialog/dialog.js";
import { icon } from "../icon/icon.js";
import { mountRangePicker } from "../range-picker/range-picker.js";

/**
 * @typedef {import("../../state/filter-entries.js").FilterEntry} FilterEntry
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 *
 * @typedef {object} BarOptions
 * @property {readonly FilterEntry[]} entries
 * @property {URLSearchParams} params the address, which is the truth
 * @property {CategoryTree | null} tree
 * @property {ReturnType<typeof import("../../state/filters.js").rangeOf>} picked
 * @property {string} today
 * @property {(changes: Record<string, string | null>) => void} change writes the address
 * @property {unknown} [tools] further controls at the end of the bar
 */

/**
 * The filters of a page: the common ones in the bar, the others in a dialog, a chip for each that is
 * set, and a way back to none. On a phone they fold behind one button.
 * @param {HTMLElement} element @param {BarOptions} options
 */
export function drawFilterBar(element, options) {
  keepFocus(element, () => {
    draw(element, options);
    behaviour(element, options);
  });
}

/** @param {HTMLElement} element @param {BarOptions} options */
function draw(element, options) {
  const { entries, params, tree, picked } = options;
  element.classList.add("filters");
  element.setAttribute("role", "search");
  const set = setIn(params, entries);
  put(element, html`${entries.filter((entry) => entry.lead && entry.kind === "search").map((entry) => search(valueIn(params, entry)))}
    <button type="button" class="button filters-toggle" data-action="fold-filters" aria-expanded="${String(element.classList.contains("is-open"))}">${icon("filter", "icon-small")}${t("transactions.filters")}</button>
    <div data-part="range"></div>
    ${entries.filter((entry) => entry.lead && entry.kind !== "search").map((entry) => html`<div class="filter-part">${leadSelect(entry, params, tree)}</div>`)}
    <div class="filter-part"><button type="button" class="button" data-action="more-filters">${icon("filter", "icon-small")}${t("transactions.more-filters")}</button></div>
    ${options.tools}
    ${set.map((entry) => chip(entry, valueIn(params, entry), tree))}
    ${(set.length > 0 || picked.named) && html`<button type="button" class="button button-plain button-small" data-action="clear-filters">${t("transactions.clear")}</button>`}`);
}

/** @param {string} value */
function search(value) {
  return html`<div class="search">${icon("search")}<input class="input" type="search" name="q" value="${value}" maxlength="200" placeholder="${t("transactions.search")}" aria-label="${t("transactions.search")}"></div>`;
}

/** @param {FilterEntry} entry @param {URLSearchParams} params @param {CategoryTree | null} tree */
function leadSelect(entry, params, tree) {
  const value = valueIn(params, entry);
  const choices = entry.kind === "category"
    ? html`<option value="none" ${value === "none" && html`selected`}>${t("category.none")}</option>${categoryOptions(tree, value)}`
    : options(entry, value);
  return html`<select class="input input-compact" name="${entry.name}" aria-label="${t(`filter-name.${entry.name}`)}"><option value="">${t(entry.any ?? "filter.any")}</option>${choices}</select>`;
}

/** @param {FilterEntry} entry @param {string} chosen */
function options({ values = [], words }, chosen) {
  return values.map((name) => html`<option value="${name}" ${name === chosen && html`selected`}>${t(`${words}.${name}`)}</option>`);
}

/** @param {FilterEntry} entry @param {string} value @param {CategoryTree | null} tree */
function chip(entry, value, tree) {
  const text = chipText(entry, value, tree);
  return html`<button type="button" class="chip" data-chip="${entry.name}" aria-label="${t("transactions.drop-filter", { filter: text })}"><span>${text}</span>${icon("close", "icon-small")}</button>`;
}

/**
 * What the filters that are set say, one text for each.
 * @param {readonly FilterEntry[]} entries @param {URLSearchParams} params @param {CategoryTree | null} tree
 */
export function filterTexts(entries, params, tree) {
  return setIn(params, entries).map((entry) => chipText(entry, valueIn(params, entry), tree));
}

/** What a set filter says. @param {FilterEntry} entry @param {string} value @param {CategoryTree | null} tree */
function chipText(entry, value, tree) {
  const word = `${entry.words}.${value}`;
  if (entry.name === "city" && !has(word)) return t("filter.city", { value: cityName(value) });
  const category = value === "none" ? t("category.none") : categoryPath(tree, value) || value;
  return t(`filter.${entry.name}`, { value: entry.kind === "category" ? category : entry.words && has(word) ? t(word) : value });
}

/** @param {HTMLElement} element @param {BarOptions} options */
function behaviour(element, { entries, params, tree, picked, today, change }) {
  for (const control of element.querySelectorAll("[name]")) {
    if (!(control instanceof HTMLSelectElement || control instanceof HTMLInputElement)) continue;
    control.addEventListener("change", () => change({ [control.name]: control.value.trim() || null, ...(control.name === "category_id" ? { subtree: null } : {}) }));
  }
  for (const button of element.querySelectorAll("[data-chip]")) {
    const name = button.getAttribute("data-chip") ?? "";
    button.addEventListener("click", () => change({ [name]: null, ...(name === "category_id" ? { subtree: null } : {}) }));
  }
  mountRangePicker(one(element, "[data-part=range]"), { preset: picked.preset, range: picked.range, today, pick: (range) => change({ from: null, to: null, range: null, ...range }) });
  const toggle = one(element, ".filters-toggle");
  toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(element.classList.toggle("is-open"))));
  one(element, "[data-action=more-filters]").addEventListener("click", () => openMore({ entries, params, tree, change }));
  element.querySelector("[data-action=clear-filters]")?.addEventListener("click", () => change(without(entries)));
}

/** @param {Pick<BarOptions, "entries" | "params" | "tree" | "change">} options */
function openMore({ entries, params, change }) {
  const further = entries.filter((entry) => !entry.lead && entry.kind !== "link");
  const { element, close } = openDialog({ title: t("transactions.more-filters"), body: html`<form class="form"><div class="filter-fields">${further.map((entry) => field(entry, valueIn(params, entry)))}</div>
    <div class="actions"><button class="button button-primary">${t("action.apply")}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  for (const select of form.querySelectorAll("select[data-kind=source]")) offerSources(/** @type {HTMLSelectElement} */ (select));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = Object.fromEntries(further.map((entry) => {
      const text = valueOf(form, entry.name).trim();
      return [entry.name, (entry.kind === "currency" ? text.toUpperCase() : text) || null];
    }));
    close();
    change(chosen);
  });
}

/** @param {FilterEntry} entry @param {string} value */
function field(entry, value) {
  const { name, kind } = entry;
  const id = `filter-${name}`;
  const limits = kind === "amount" ? html`inputmode="decimal" pattern="[0-9]{1,12}([.][0-9]{1,3})?"` : kind === "currency" ? html`pattern="[A-Za-z]{3}" maxlength="3"` : html`maxlength="200"`;
  const control = kind === "choice" ? html`<select class="input" id="${id}" name="${name}"><option value="">${t(entry.any ?? "filter.any")}</option>${options(entry, value)}</select>`
    : kind === "source" ? html`<select class="input" id="${id}" name="${name}" data-kind="source"><option value="">${t("filter.any")}</option>${value && html`<option value="${value}" selected>${sourceName(value)}</option>`}</select>`
      : html`<input class="input" id="${id}" name="${name}" value="${value}" ${limits} autocomplete="off">`;
  return html`<div class="field ${kind === "text" && "field-wide"}"><label for="${id}">${t(`filter-name.${name}`)}</label>${control}</div>`;
}

/** The kinds of statements, once they are known. @param {HTMLSelectElement} select */
async function offerSources(select) {
  const profiles = await fetchProfiles().catch(() => []);
  for (const id of ["manual", ...profiles.map((profile) => profile.id)]) {
    if (id === select.value) continue;
    select.add(new Option(has(`source.${id}`) ? t(`source.${id}`) : (profiles.find((profile) => profile.id === id)?.name ?? id), id));
  }
}

/** @param {string} id */
function sourceName(id) {
  return has(`source.${id}`) ? t(`source.${id}`) : id;
}
