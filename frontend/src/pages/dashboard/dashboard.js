// @ts-check
import { fetchOverview } from "../../api/analytics.js";
import { fetchImports } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { problem } from "../../components/problem/problem.js";
import { mountRangePicker } from "../../components/range-picker/range-picker.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant, formatTime, todayIn } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { hashOf, rangeOf, untilToday } from "../../state/filters.js";
import { newestSeq } from "../../state/freshness.js";
import { prefs } from "../../state/prefs.js";
import { track } from "../../state/ready.js";
import { drawInsights } from "./insights.js";
import { drawAnomalies, drawKpis, drawMerchants, drawRecent, drawShares, drawTrend } from "./sections.js";

/**
 * @typedef {import("../../components/card/card.js").Card} Card
 * @typedef {import("../../api/analytics.js").Overview} Overview
 * @typedef {{ from?: string, to?: string, min_seq?: number | null }} Scope
 *
 * What the sections of one dashboard share.
 * @typedef {object} Board
 * @property {Scope} scope
 * @property {string} today
 * @property {Overview} overview
 * @property {AbortSignal} signal
 * @property {Map<string, { destroy: () => void }>} charts by card, so that a new drawing ends the old one
 */

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  const page = layout(element);
  /** @type {Board["charts"]} */
  const charts = new Map();
  let calls = new AbortController();
  let current = params;

  /** @param {URLSearchParams} next */
  async function update(next) {
    current = next;
    calls.abort();
    calls = new AbortController();
    await load(page, current, { charts, signal: calls.signal });
  }
  const interval = prefs.value.refreshIntervalS;
  const timer = interval > 0 ? setInterval(() => document.visibilityState === "visible" && track(update(current)), Math.max(15, interval) * 1000) : undefined;
  const forget = newestSeq.subscribe((seq) => seq !== null && track(update(current)));
  return {
    ready: update(params),
    update,
    destroy() {
      forget();
      clearInterval(timer);
      calls.abort();
      for (const chart of charts.values()) chart.destroy();
    },
  };
}

/** @param {HTMLElement} element */
function layout(element) {
  put(element, html`<div class="page">
    <div class="page-head"><h1>${t("nav.dashboard")}</h1><span class="dashboard-fresh"></span><div data-part="range"></div></div>
    <div data-part="status"></div>
    <div class="grid kpi-row"></div>
    <div class="grid" data-part="cards"></div>
  </div>`);
  const cards = {
    insights: createCard({ title: t("dashboard.insights"), className: "span-12" }),
    trend: createCard({ title: t("dashboard.trend"), className: "span-8 dashboard-trend", link: { href: "#/analysis", text: t("dashboard.to-analysis") } }),
    shares: createCard({ title: t("dashboard.shares"), className: "span-4" }),
    merchants: createCard({ title: t("dashboard.merchants"), className: "span-4" }),
    recent: createCard({ title: t("dashboard.recent"), className: "span-8", link: { href: "#/transactions", text: t("dashboard.all-rows") } }),
    anomalies: createCard({ title: t("dashboard.anomalies"), className: "span-4", link: { href: "#/anomalies", text: t("dashboard.all-anomalies") } }),
  };
  cards.anomalies.element.hidden = true;
  cards.insights.element.hidden = true;
  one(element, "[data-part=cards]").append(...Object.values(cards).map((card) => card.element));
  return { element, cards, status: one(element, "[data-part=status]"), kpis: one(element, ".kpi-row"), body: one(element, "[data-part=cards]") };
}

/**
 * @param {ReturnType<typeof layout>} page
 * @param {URLSearchParams} params
 * @param {Pick<Board, "charts" | "signal">} live
 */
async function load(page, params, live) {
  const today = todayIn(prefs.value.timeZone);
  let picked = rangeOf(params, today);
  const waiting = setTimeout(() => skeleton(page), 200);
  try {
    let scope = scopeOf(picked.range, today);
    let overview = await fetchOverview(scope, live.signal);
    if (overview.count === 0 && !picked.named) {
      // Old statements: what there is says more than a year in which nothing happened.
      picked = { ...picked, preset: "all", range: null };
      scope = scopeOf(null, today);
      overview = await fetchOverview(scope, live.signal);
    }
    clearTimeout(waiting);
    head(page, picked, today, overview);
    if (overview.count === 0) return await nothing(page, picked.range === null);
    page.body.hidden = false;
    await draw(page, { scope, today, overview, ...live });
  } catch (error) {
    clearTimeout(waiting);
    if (live.signal.aborted) return undefined;
    put(page.status, problem(error, { retry: true }));
    one(page.status, "[data-action=retry]").addEventListener("click", () => track(load(page, params, live)), { once: true });
  }
  return undefined;
}

/** @param {import("../../state/filters.js").DayRange | null} range @param {string} today @returns {Scope} */
function scopeOf(range, today) {
  return { ...(range ? untilToday(range, today) : {}), min_seq: newestSeq.value };
}

/** @param {ReturnType<typeof layout>} page @param {ReturnType<typeof rangeOf>} picked @param {string} today @param {Overview} overview */
function head(page, picked, today, overview) {
  put(page.status, html``);
  const imported = overview.last_import?.created_at;
  one(page.element, ".dashboard-fresh").textContent = [
    overview.stale ? t("freshness.stale") : t("freshness.updated", { time: formatTime(new Date(), prefs.value.timeZone) }),
    imported ? t("freshness.imported", { time: formatInstant(imported, locale(), prefs.value.timeZone) }) : "",
  ].filter(Boolean).join(" · ");
  mountRangePicker(one(page.element, "[data-part=range]"), {
    preset: picked.preset, range: picked.range, today, pick: (next) => { location.hash = hashOf("dashboard", next); },
  });
}

/** @param {ReturnType<typeof layout>} page */
function skeleton(page) {
  if (page.kpis.childElementCount > 0) return;
  put(page.kpis, html`${[0, 1, 2, 3].map(() => html`<div class="span-3 skeleton"></div>`)}`);
}

/** @param {ReturnType<typeof layout>} page @param {boolean} ever */
async function nothing(page, ever) {
  const imports = ever ? await fetchImports({ limit: 1 }).catch(() => null) : null;
  page.body.hidden = true;
  const [text, href, action] = !ever ? ["empty.range", "#/dashboard?range=all", "empty.range-action"]
    : imports && imports.items.length > 0 ? ["empty.no-expense", "#/transactions", "dashboard.all-rows"]
      : ["empty.no-rows", "#/import", "empty.no-rows-action"];
  put(page.kpis, html`<div class="card span-12"><div class="empty">${icon("empty")}<p>${t(text)}</p><a class="button button-primary" href="${href}">${t(action)}</a></div></div>`);
}

/** @param {ReturnType<typeof layout>} page @param {Board} board */
async function draw({ cards, kpis }, board) {
  const counted = board.overview.anomalies ?? 0;
  drawKpis(kpis, board);
  arrange(cards, counted > 0);
  const recent = (/** @type {boolean} */ narrow) => cards.recent.run(() => drawRecent(cards.recent, board, narrow));
  await Promise.all([
    cards.insights.run(async () => {
      // With little history there is nothing to say, and no card to say it.
      cards.insights.element.hidden = (await drawInsights(cards.insights, board)) === 0;
    }),
    cards.trend.run(() => drawTrend(cards.trend, board)),
    cards.shares.run(() => drawShares(cards.shares, board)),
    cards.merchants.run(() => drawMerchants(cards.merchants, board)),
    recent(counted > 0),
    cards.anomalies.run(async () => {
      // What was just imported is judged a moment after it is counted: the list waits, and is right.
      const count = await drawAnomalies(cards.anomalies, board);
      if (count === counted) return;
      drawKpis(kpis, { ...board, overview: { ...board.overview, anomalies: count } });
      arrange(cards, count > 0);
      await recent(count > 0);
    }),
  ]);
}

/** Anomalies stand beside the recent transactions, which have the row to themselves without them. @param {ReturnType<typeof layout>["cards"]} cards @param {boolean} odd */
function arrange(cards, odd) {
  cards.anomalies.element.hidden = !odd;
  cards.recent.element.classList.toggle("span-8", !odd);
  cards.recent.element.classList.toggle("span-4", odd);
}
