// @ts-check
import { createCard } from "../../components/card/card.js";
import { mountRangePicker } from "../../components/range-picker/range-picker.js";
import { t } from "../../i18n/i18n.js";
import { formatTime, todayIn } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { hashOf, rangeOf, untilToday } from "../../state/filters.js";
import { newestSeq } from "../../state/freshness.js";
import { prefs } from "../../state/prefs.js";
import { drawDistribution, drawLevels, drawTies, drawTime } from "./patterns.js";
import { drawCalendar, drawRank, drawShare, drawTrend } from "./tabs.js";

/**
 * What a tab draws with.
 * @typedef {object} View
 * @property {import("../../components/card/card.js").Card} card
 * @property {{ from?: string, to?: string, min_seq?: number | null }} scope
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
  time: { draw: drawTime, tools: [{ name: "unit", values: ["weekday", "hour", "month"] }, { name: "shape", values: ["radar", "bar"] }] },
  ties: { draw: drawTies, tools: [{ name: "form", values: ["sankey", "tree"] }] },
  levels: { draw: drawLevels, tools: [{ name: "of", values: ["merchant", "category"] }, { name: "clusters", values: ["auto", "2", "3", "4", "5", "6"] }] },
  calendar: { draw: drawCalendar, tools: [] },
  rank: { draw: drawRank, tools: [{ name: "by", values: ["merchant", "category", "place", "expense"] }, { name: "metric", values: ["amount", "count"] }] },
};

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page">
    <div class="page-head"><h1>${t("nav.analysis")}</h1><div data-part="range"></div></div>
    <div class="tabs" role="tablist" aria-label="${t("nav.analysis")}">${Object.keys(TABS).map((name) => html`<button type="button" class="tab" role="tab" id="tab-${name}" data-tab="${name}" aria-controls="tab-panel">${t(`analysis.${name}`)}</button>`)}</div>
    <div class="analysis-tools"></div><div id="tab-panel" role="tabpanel"></div></div>`);
  let calls = new AbortController();
  /** @type {{ destroy: () => void } | null} */
  let chart = null;

  /** @param {URLSearchParams} next */
  async function update(next) {
    calls.abort();
    calls = new AbortController();
    const name = TABS[next.get("tab") ?? ""] ? (next.get("tab") ?? "trend") : "trend";
    const tab = /** @type {Tab} */ (TABS[name]);
    const today = todayIn(prefs.value.timeZone);
    const picked = rangeOf(next, today);
    selectTab(element, name, next);
    tools(one(element, ".analysis-tools"), tab, next);
    mountRangePicker(one(element, "[data-part=range]"), { preset: picked.preset, range: picked.range, today, pick: (range) => go(next, { from: null, to: null, range: null, ...range }) });
    chart?.destroy();
    chart = null;
    const card = createCard({ title: t(`analysis.${name}`), className: `analysis-chart analysis-${name}` });
    one(element, "#tab-panel").replaceChildren(card.element);
    const { signal } = calls;
    const scope = { ...(picked.range ? untilToday(picked.range, today) : {}), min_seq: newestSeq.value };
    await card.run(async () => {
      await tab.draw({ card, scope, today, params: next, signal, keep: (mounted) => { chart = mounted; } });
      if (card.content.querySelector(".empty") === null) card.foot(t("freshness.updated", { time: formatTime(new Date(), prefs.value.timeZone) }));
    });
  }
  return { ready: update(params), update, destroy() { calls.abort(); chart?.destroy(); } };
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
