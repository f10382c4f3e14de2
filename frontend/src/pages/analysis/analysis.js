// @ts-check
import { createCard } from "../../components/card/card.js";
import { drawFilterBar, filterTexts } from "../../components/filter-bar/filter-bar.js";
import { icon } from "../../components/icon/icon.js";
import { openViews } from "../../components/saved-views/saved-views.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatRange, formatTime, todayIn } from "../../lib/dates.js";
import { keepFocus, slashSearches } from "../../lib/focus.js";
import { html, one, put } from "../../lib/html.js";
import { categoryTree } from "../../state/categories.js";
import { CHART_FILTERS, chartQuery } from "../../state/filter-entries.js";
import { hashOf, rangeOf, untilToday } from "../../state/filters.js";
import { newestSeq } from "../../state/freshness.js";
import { prefs } from "../../state/prefs.js";
import { drawDistribution, drawLevels, drawTies, drawTime } from "./patterns.js";
import { drawPlaces } from "./places.js";
import { drawRows } from "./rows.js";
import { drawCalendar, drawRank, drawShare, drawTrend } from "./tabs.js";

/**
 * What a tab draws with.
 * @typedef {object} View
 * @property {import("../../components/card/card.js").Card} card
 * @property {import("../../api/analytics.js").Scope & { from?: string, to?: string }} scope range and filters
 * @property {string} today
 * @property {URLSearchParams} params
 * @property {AbortSignal} signal
 * @property {(mounted: { destroy: () => void }) => void} keep
 *
 * @typedef {{ draw: (view: View) => Promise<void>, tools: Array<{ name: string, values: string[] }> }} Tab
 */

/** @type {Record<string, Tab>} */
const TABS = {
  trend: { draw: drawTrend, tools: [{ name: "granularity", values: ["auto", "day", "week", "month", "year"] }, { name: "compare", values: ["none", "previous", "year"] }] },
  shares: { draw: drawShare, tools: [{ name: "level", values: ["1", "2"] }] },
  distribution: { draw: drawDistribution, tools: [{ name: "scale", values: ["log", "linear"] }] },
  places: { draw: drawPlaces, tools: [{ name: "map", values: ["cells", "cities"] }] },
  time: { draw: drawTime, tools: [{ name: "unit", values: ["weekday", "hour", "month"] }, { name: "shape", values: ["radar", "bar"] }] },
  ties: { draw: drawTies, tools: [{ name: "form", values: ["sankey", "tree"] }] },
  levels: { draw: drawLevels, tools: [{ name: "of", values: ["merchant", "category"] }, { name: "clusters", values: ["auto", "2", "3", "4", "5", "6"] }] },
  calendar: { draw: drawCalendar, tools: [] },
  rank: { draw: drawRank, tools: [{ name: "by", values: ["merchant", "category", "place", "expense"] }, { name: "metric", values: ["amount", "count"] }] },
};

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page analysis">
    <div class="page-head"><h1>${t("nav.analysis")}</h1><button type="button" class="button" data-action="views">${icon("bookmark", "icon-small")}${t("views.title")}</button></div>
    <div class="tabs" role="tablist" aria-label="${t("nav.analysis")}">${Object.keys(TABS).map((name) => html`<button type="button" class="tab" role="tab" id="tab-${name}" data-tab="${name}" aria-controls="tab-panel">${t(`analysis.${name}`)}</button>`)}</div>
    <div class="filters"></div>
    <div class="analysis-tools"></div><div id="tab-panel" role="tabpanel"></div><div data-part="rows"></div></div>`);
  let rowsOf = "";
  const state = { calls: new AbortController(), params, tree: /** @type {import("../../state/categories.js").CategoryTree | null} */ (null) };
  /** @type {{ destroy: () => void } | null} */
  let chart = null;
  const endSearch = slashSearches(element);
  one(element, "[data-action=views]").addEventListener("click", () => openViews({ page: "analysis", params: state.params }));

  /** @param {URLSearchParams} next */
  async function update(next) {
    state.calls.abort();
    state.calls = new AbortController();
    state.params = next;
    const { signal } = state.calls;
    const { name, tab } = tabOf(next);
    const today = todayIn(prefs.value.timeZone);
    selectTab(element, name, next);
    keepFocus(one(element, ".analysis-tools"), () => tools(one(element, ".analysis-tools"), tab, next));
    controls(element, state, today);
    chart?.destroy();
    chart = null;
    const card = createCard({ title: t(`analysis.${name}`), className: `analysis-chart analysis-${name}`, picture: `${t(`analysis.${name}`)} ${today}` });
    one(element, "#tab-panel").replaceChildren(card.element);
    const { range } = rangeOf(next, today);
    const scope = { ...(range ? untilToday(range, today) : {}), ...chartQuery(next), min_seq: newestSeq.value };
    const drawing = card.run(async () => {
      await tab.draw({ card, scope, today, params: next, signal, keep: (mounted) => { chart = mounted; } });
      if (card.content.querySelector(".empty") === null) card.foot(await covered(next, range));
    });
    await Promise.all([drawing, listRows(scope, signal)]);
  }

  /** The rows stay while only the chart of them changes. @param {View["scope"]} scope @param {AbortSignal} signal */
  async function listRows(scope, signal) {
    if (rowsOf === JSON.stringify(scope)) return;
    rowsOf = "";
    await drawRows(one(element, "[data-part=rows]"), scope, signal);
    if (!signal.aborted) rowsOf = JSON.stringify(scope);
  }

  /**
   * What the chart covers and how fresh it is: a picture of it stands without the bar.
   * @param {URLSearchParams} shown @param {import("../../state/filters.js").DayRange | null} range
   */
  async function covered(shown, range) {
    state.tree ??= await categoryTree().catch(() => null);
    const days = range ? formatRange(range.from, range.to, locale()) : t("range.all");
    const updated = t("freshness.updated", { time: formatTime(new Date(), prefs.value.timeZone) });
    return [days, ...filterTexts(CHART_FILTERS, shown, state.tree), updated].join(" · ");
  }

  /** The bar needs the names of categories, which may come later than the page. */
  async function nameCategories() {
    state.tree = await categoryTree().catch(() => null);
    if (element.isConnected) controls(element, state, todayIn(prefs.value.timeZone));
  }
  return {
    ready: Promise.all([update(params), nameCategories()]),
    update,
    destroy() {
      endSearch();
      state.calls.abort();
      chart?.destroy();
    },
  };
}

/** @param {URLSearchParams} params */
function tabOf(params) {
  const asked = params.get("tab") ?? "";
  const name = Object.hasOwn(TABS, asked) ? asked : "trend";
  return { name, tab: /** @type {Tab} */ (TABS[name]) };
}

/** @param {HTMLElement} element @param {{ params: URLSearchParams, tree: import("../../state/categories.js").CategoryTree | null }} state @param {string} today */
function controls(element, { params, tree }, today) {
  drawFilterBar(one(element, ".filters"), { entries: CHART_FILTERS, params, tree, today, picked: rangeOf(params, today), change: (changes) => go(params, changes) });
}

/** @param {URLSearchParams} params @param {Record<string, string | null>} changes */
function go(params, changes) {
  location.hash = hashOf("analysis", { ...Object.fromEntries(params), ...changes });
}

/** @param {HTMLElement} element @param {string} name @param {URLSearchParams} params */
function selectTab(element, name, params) {
  const tabs = [...element.querySelectorAll("[data-tab]")].filter((tab) => tab instanceof HTMLElement);
  one(element, "#tab-panel").setAttribute("aria-labelledby", `tab-${name}`);
  tabs.forEach((tab, index) => {
    const selected = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    tab.onclick = () => go(params, { tab: tab.dataset.tab ?? null });
    tab.onkeydown = (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      if (step === 0 || !next) return;
      event.preventDefault();
      next.focus();
      next.click();
    };
  });
}

/** @param {HTMLElement} element @param {Tab} tab @param {URLSearchParams} params */
function tools(element, tab, params) {
  element.hidden = tab.tools.length === 0;
  put(element, html`${tab.tools.map(({ name, values }) => html`<select class="input input-compact" name="${name}" aria-label="${t(`analysis.${name}`)}">${values.map((value) => html`<option value="${value}" ${value === (params.get(name) ?? values[0]) && html`selected`}>${t(`${name}.${value}`)}</option>`)}</select>`)}`);
  for (const select of element.querySelectorAll("select")) select.addEventListener("change", () => go(params, { [select.name]: select.value }));
}
