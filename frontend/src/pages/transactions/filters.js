// @ts-check
import { EXPENSE_FILTERS, fetchProfiles } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { icon } from "../../components/icon/icon.js";
import { mountRangePicker } from "../../components/range-picker/range-picker.js";
import { has, t } from "../../i18n/i18n.js";
import { todayIn } from "../../lib/dates.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { hashOf, rangeOf } from "../../state/filters.js";
import { prefs } from "../../state/prefs.js";

/**
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 * @typedef {import("../../api/ingest.js").FilterName} FilterName
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 */

export const DIRECTIONS = ["expense", "income", "refund", "transfer", "neutral"];
export const CATEGORY_SOURCES = ["rule", "model", "user", "file", "default"];
/** Filters of the dialog; each shows as a chip while it is set. @type {ReadonlyArray<FilterName>} */
const MORE = ["min_amount", "max_amount", "merchant", "place", "source", "currency", "category_source", "pending"];
/** @type {ReadonlyArray<FilterName>} */
const CHIPS = [...MORE, "account", "hour", "weekday", "import_id"];

/** The filter of an address, as /expenses takes it. @param {URLSearchParams} params @returns {ExpenseFilter} */
export function filterOf(params) {
  const { range } = rangeOf(params, todayIn(prefs.value.timeZone), "all");
  const named = Object.fromEntries(EXPENSE_FILTERS.map((name) => [name, params.get(name) || undefined]));
  return withoutAbsent({ ...named, from: range?.from, to: range?.to });
}

/** @param {ExpenseFilter} filter @returns {ExpenseFilter} */
function withoutAbsent(filter) {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** @param {URLSearchParams} params @param {Record<string, string | null>} changes */
export function change(params, changes) {
  location.hash = hashOf("transactions", { ...Object.fromEntries(params), ...changes });
}

/** @param {HTMLElement} element @param {URLSearchParams} params @param {CategoryTree | null} tree */
export function controls(element, params, tree) {
  const today = todayIn(prefs.value.timeZone);
  const picked = rangeOf(params, today, "all");
  const focused = document.activeElement instanceof HTMLInputElement && document.activeElement.name === "q";
  const set = CHIPS.filter((name) => params.get(name));
  /** @param {string} name */
  const value = (name) => params.get(name) ?? "";
  put(element, html`
    <div class="search">${icon("search")}<input class="input" type="search" name="q" value="${value("q")}" placeholder="${t("transactions.search")}" aria-label="${t("transactions.search")}"></div>
    <button type="button" class="button filters-toggle" aria-expanded="${String(element.classList.contains("is-open"))}">${icon("filter", "icon-small")}${t("transactions.filters")}</button>
    <div class="filter-part" data-part="range"></div>
    <div class="filter-part"><select class="input input-compact" name="category_id" aria-label="${t("expense.category")}"><option value="">${t("transactions.any-category")}</option>${value("category_id") === "none" && html`<option value="none" selected>${t("category.none")}</option>`}${categoryOptions(tree, value("category_id"))}</select></div>
    <div class="filter-part"><select class="input input-compact" name="direction" aria-label="${t("transactions.direction")}"><option value="">${t("transactions.any-direction")}</option>${options(DIRECTIONS, value("direction"), "direction")}</select></div>
    <div class="filter-part"><button type="button" class="button" data-action="more-filters">${icon("filter", "icon-small")}${t("transactions.more-filters")}</button></div>
    ${set.map((name) => html`<button type="button" class="chip" data-chip="${name}" aria-label="${t("transactions.drop-filter", { filter: chipText(name, value(name)) })}">${chipText(name, value(name))}${icon("close", "icon-small")}</button>`)}
    ${anySet(params) && html`<a class="button button-plain button-small" href="#/transactions">${t("transactions.clear")}</a>`}`);
  const search = /** @type {HTMLInputElement} */ (one(element, "[name=q]"));
  if (focused) search.focus();
  behaviour(element, params, search);
  mountRangePicker(one(element, "[data-part=range]"), { preset: picked.preset, range: picked.range, today, pick: (range) => change(params, { from: null, to: null, range: null, ...range }) });
  one(element, "[data-part=range]").classList.add("filter-part");
}

/** @param {URLSearchParams} params */
export function anySet(params) {
  return EXPENSE_FILTERS.some((name) => name !== "sort" && params.get(name)) || (params.has("range") && params.get("range") !== "all");
}

/** @param {HTMLElement} element @param {URLSearchParams} params @param {HTMLInputElement} search */
function behaviour(element, params, search) {
  search.addEventListener("change", () => change(params, { q: search.value.trim() }));
  for (const select of element.querySelectorAll("select")) {
    if (select.name !== "range") select.addEventListener("change", () => change(params, { [select.name]: select.value, ...(select.name === "category_id" ? { subtree: null } : {}) }));
  }
  for (const chip of element.querySelectorAll("[data-chip]")) {
    chip.addEventListener("click", () => change(params, { [chip.getAttribute("data-chip") ?? ""]: null }));
  }
  const toggle = one(element, ".filters-toggle");
  toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(element.classList.toggle("is-open"))));
  one(element, "[data-action=more-filters]").addEventListener("click", () => moreFilters(params));
}

/** @param {readonly string[]} names @param {string} chosen @param {string} group */
function options(names, chosen, group) {
  return names.map((name) => html`<option value="${name}" ${name === chosen && html`selected`}>${t(`${group}.${name}`)}</option>`);
}

/** @param {URLSearchParams} params */
function moreFilters(params) {
  /** @param {string} name */
  const value = (name) => params.get(name) ?? "";
  /** @param {string} name @param {string} [kind] */
  const field = (name, kind = "") => html`<div class="field"><label for="filter-${name}">${t(`filter-name.${name}`)}</label><input class="input" id="filter-${name}" name="${name}" value="${value(name)}" ${kind === "amount" && html`inputmode="decimal" pattern="[0-9]{1,12}([.][0-9]{1,3})?"`} ${kind === "currency" && html`pattern="[A-Za-z]{3}" maxlength="3"`} autocomplete="off"></div>`;
  const { element, close } = openDialog({ title: t("transactions.more-filters"), body: html`<form class="form">
    <div class="pair">${field("min_amount", "amount")}${field("max_amount", "amount")}</div>
    ${field("merchant")}${field("place")}
    <div class="pair"><div class="field"><label for="filter-source">${t("filter-name.source")}</label><select class="input" id="filter-source" name="source"><option value="">${t("filter.any")}</option>${value("source") && html`<option value="${value("source")}" selected>${sourceName(value("source"))}</option>`}</select></div>${field("currency", "currency")}</div>
    <div class="field"><label for="filter-category_source">${t("filter-name.category_source")}</label><select class="input" id="filter-category_source" name="category_source"><option value="">${t("filter.any")}</option>${options(CATEGORY_SOURCES, value("category_source"), "category-source")}</select></div>
    <div class="field"><label for="filter-pending">${t("filter-name.pending")}</label><select class="input" id="filter-pending" name="pending"><option value="">${t("filter.any")}</option>${options(["true", "false"], value("pending"), "pending")}</select></div>
    <div class="actions"><button class="button button-primary">${t("action.apply")}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  offerSources(/** @type {HTMLSelectElement} */ (one(form, "[name=source]")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    /** @type {Record<string, string>} */
    const chosen = Object.fromEntries(MORE.map((name) => [name, valueOf(form, name).trim()]));
    chosen.currency = (chosen.currency ?? "").toUpperCase();
    close();
    change(params, chosen);
  });
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

/** @param {FilterName} name @param {string} value */
function chipText(name, value) {
  /** @type {Partial<Record<FilterName, string>>} */
  const groups = { category_source: "category-source", pending: "pending", source: "source", weekday: "weekday" };
  const word = groups[name] ? `${groups[name]}.${value}` : "";
  return t(`filter.${name}`, { value: word && has(word) ? t(word) : value });
}
