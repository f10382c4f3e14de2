// @ts-check
import { fetchOverview } from "../../api/analytics.js";
import { EXPENSE_FILTERS, fetchExpenses } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { expenseRows } from "../../components/expense-list/expense-list.js";
import { icon } from "../../components/icon/icon.js";
import { problem } from "../../components/problem/problem.js";
import { mountRangePicker } from "../../components/range-picker/range-picker.js";
import { categoryName, t } from "../../i18n/i18n.js";
import { todayIn } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney, formatNumber } from "../../lib/money.js";
import { categoryTree } from "../../state/categories.js";
import { hashOf, rangeOf } from "../../state/filters.js";
import { newestSeq } from "../../state/freshness.js";
import { prefs } from "../../state/prefs.js";

/**
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 */

const DIRECTIONS = ["expense", "income", "refund", "transfer", "neutral"];
const PAGE_ROWS = 50;
/** Filters without a control of their own: they come with a link and leave by their chip. @type {ReadonlyArray<keyof ExpenseFilter>} */
const BY_CHIP = ["merchant", "min_amount", "max_amount", "source", "import_id"];
/** What the total of spending cannot be asked by. @type {ReadonlyArray<keyof ExpenseFilter>} */
const BEYOND_TOTAL = ["source", "import_id"];

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page"><div class="page-head"><h1>${t("nav.transactions")}</h1><p class="transactions-total figure" role="status"></p></div>
    <div class="filters" role="search"></div></div>`);
  const card = createCard({ title: t("transactions.rows") });
  one(card.element, ".card-head").classList.add("unseen");
  one(element, ".page").append(card.element);
  let calls = new AbortController();

  /** @param {URLSearchParams} next */
  async function update(next) {
    calls.abort();
    calls = new AbortController();
    const { signal } = calls;
    const filter = filterOf(next);
    const tree = await categoryTree().catch(() => null);
    if (signal.aborted) return;
    controls(one(element, ".filters"), next, tree);
    total(one(element, ".transactions-total"), filter, signal);
    await card.run(() => draw(card, filter, tree, signal));
  }
  /** @param {KeyboardEvent} event */
  const toSearch = (event) => {
    if (event.key !== "/" || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    one(element, "[name=q]").focus();
  };
  addEventListener("keydown", toSearch);
  return {
    ready: update(params),
    update,
    destroy() {
      calls.abort();
      removeEventListener("keydown", toSearch);
    },
  };
}

/** @param {URLSearchParams} params @returns {ExpenseFilter} */
function filterOf(params) {
  const { range } = rangeOf(params, todayIn(prefs.value.timeZone), "all");
  const named = Object.fromEntries(EXPENSE_FILTERS.map((name) => [name, params.get(name) ?? undefined]));
  return { ...named, from: range?.from, to: range?.to };
}

/** @param {HTMLElement} element @param {ExpenseFilter} filter @param {AbortSignal} signal */
async function total(element, filter, signal) {
  element.textContent = "";
  const spendingOnly = !filter.direction || filter.direction === "expense";
  if (!spendingOnly || BEYOND_TOTAL.some((name) => filter[name])) return;
  const overview = await fetchOverview({ ...filter, direction: "expense", min_seq: newestSeq.value }, signal).catch(() => null);
  if (!overview || signal.aborted) return;
  put(element, html`${t("transactions.total", { count: overview.count, number: formatNumber(overview.count) })} · <strong>${formatMoney(overview.total, overview.currency)}</strong>`);
}

/** @param {HTMLElement} element @param {URLSearchParams} params @param {CategoryTree | null} tree */
function controls(element, params, tree) {
  const today = todayIn(prefs.value.timeZone);
  const picked = rangeOf(params, today, "all");
  const focused = document.activeElement instanceof HTMLInputElement && document.activeElement.name === "q";
  /** @param {string} name */
  const value = (name) => params.get(name) ?? "";
  put(element, html`
    <div class="search">${icon("search")}<input class="input" type="search" name="q" value="${value("q")}" placeholder="${t("transactions.search")}" aria-label="${t("transactions.search")}"></div>
    <button type="button" class="button filters-toggle" aria-expanded="${String(element.classList.contains("is-open"))}">${icon("filter", "icon-small")}${t("transactions.filters")}</button>
    <div class="filter-part" data-part="range"></div>
    <div class="filter-part"><select class="input input-compact" name="category_id" aria-label="${t("expense.category")}"><option value="">${t("transactions.any-category")}</option>${tree && [...tree.byId.values()].map((category) => html`<option value="${category.id}" ${category.id === value("category_id") && html`selected`}>${category.parent_id ? "\u3000" : ""}${categoryName(category)}</option>`)}</select></div>
    <div class="filter-part"><select class="input input-compact" name="direction" aria-label="${t("transactions.direction")}"><option value="">${t("transactions.any-direction")}</option>${DIRECTIONS.map((name) => html`<option value="${name}" ${name === value("direction") && html`selected`}>${t(`direction.${name}`)}</option>`)}</select></div>
    ${BY_CHIP.filter((name) => value(name)).map((name) => html`<button type="button" class="chip" data-chip="${name}" aria-label="${t("transactions.drop-filter", { filter: chipText(name, value(name)) })}">${chipText(name, value(name))}${icon("close", "icon-small")}</button>`)}`);
  const search = /** @type {HTMLInputElement} */ (one(element, "[name=q]"));
  if (focused) search.focus();
  behaviour(element, params, search);
  mountRangePicker(one(element, "[data-part=range]"), { preset: picked.preset, range: picked.range, today, pick: (range) => change(params, { from: null, to: null, range: null, ...range }) });
  one(element, "[data-part=range]").classList.add("filter-part");
}

/** @param {HTMLElement} element @param {URLSearchParams} params @param {HTMLInputElement} search */
function behaviour(element, params, search) {
  search.addEventListener("change", () => change(params, { q: search.value.trim() }));
  for (const select of element.querySelectorAll("select")) {
    if (select.name !== "range") select.addEventListener("change", () => change(params, { [select.name]: select.value }));
  }
  for (const chip of element.querySelectorAll("[data-chip]")) {
    chip.addEventListener("click", () => change(params, { [chip.getAttribute("data-chip") ?? ""]: null }));
  }
  const toggle = one(element, ".filters-toggle");
  toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(element.classList.toggle("is-open"))));
}

/** @param {URLSearchParams} params @param {Record<string, string | null>} changes */
function change(params, changes) {
  location.hash = hashOf("transactions", { ...Object.fromEntries(params), ...changes });
}

/** @param {keyof ExpenseFilter} name @param {string} value */
function chipText(name, value) {
  return t(`filter.${name}`, { value });
}

/** @param {import("../../components/card/card.js").Card} card @param {ExpenseFilter} filter @param {CategoryTree | null} tree @param {AbortSignal} signal */
async function draw(card, filter, tree, signal) {
  const first = await fetchExpenses({ ...filter, limit: PAGE_ROWS }, signal);
  if (first.items.length === 0) {
    const filtered = Object.values(filter).some(Boolean);
    return card.empty(t(filtered ? "empty.no-match" : "empty.no-rows"), filtered ? { href: "#/transactions", text: t("transactions.clear") } : { href: "#/import", text: t("empty.no-rows-action") });
  }
  put(card.content, html`<div class="expense-list"></div><div data-part="more"></div>`);
  let items = first.items;
  /** @param {string | null} cursor */
  const show = (cursor) => {
    put(one(card.content, ".expense-list"), expenseRows(items, { tree, currency: prefs.value.currency }));
    const more = put(one(card.content, "[data-part=more]"), cursor ? html`<button type="button" class="button button-block">${t("action.more")}</button>` : html`<p class="note">${t("transactions.end", { count: items.length, number: formatNumber(items.length) })}</p>`);
    more.querySelector("button")?.addEventListener("click", () => next(cursor, more));
  };
  /** @param {string | null} cursor @param {HTMLElement} more */
  const next = async (cursor, more) => {
    try {
      const page = await fetchExpenses({ ...filter, cursor, limit: PAGE_ROWS }, signal);
      items = [...items, ...page.items];
      show(page.next_cursor);
    } catch (error) {
      if (signal.aborted) return;
      put(more, problem(error, { retry: true }));
      one(more, "[data-action=retry]").addEventListener("click", () => next(cursor, more));
    }
  };
  show(first.next_cursor);
}
