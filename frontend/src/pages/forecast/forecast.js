// @ts-check
import { fetchTrend } from "../../api/analytics.js";
import { fetchForecast } from "../../api/forecast.js";
import { chartContext } from "../../charts/theme.js";
import * as trend from "../../charts/trend.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { kpi } from "../../components/kpi/kpi.js";
import { problem } from "../../components/problem/problem.js";
import { has, locale, t } from "../../i18n/i18n.js";
import { addDays, addMonths, formatDay, formatInstant, formatRange, todayIn } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney, formatMoneyShort, formatNumber } from "../../lib/money.js";
import { hashOf } from "../../state/filters.js";
import { newestSeq } from "../../state/freshness.js";
import { joinOutlook } from "../../state/outlook.js";
import { prefs } from "../../state/prefs.js";
import { track } from "../../state/ready.js";

/**
 * @typedef {import("../../api/forecast.js").Forecast} Forecast
 * @typedef {"day" | "week" | "month"} Period
 */

/** How far each period looks ahead and back. @type {Record<Period, { horizon: number, back: (today: string) => string }>} */
const PERIODS = {
  day: { horizon: 28, back: (today) => addDays(today, -42) },
  week: { horizon: 8, back: (today) => addDays(today, -7 * 20) },
  month: { horizon: 6, back: (today) => `${addMonths(today, -11).slice(0, 7)}-01` },
};

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page"><div class="page-head"><h1>${t("nav.forecast")}</h1>
      <select class="input input-compact" name="period" aria-label="${t("forecast.period")}">${Object.keys(PERIODS).map((name) => html`<option value="${name}">${t(`forecast.by-${name}`)}</option>`)}</select></div>
    <div data-part="status"></div><div class="grid kpi-row"></div><div class="grid" data-part="cards"></div></div>`);
  const cards = {
    main: createCard({ title: t("forecast.title"), className: "span-12 forecast-main" }),
    recurring: createCard({ title: t("forecast.recurring"), className: "span-6" }),
    accuracy: createCard({ title: t("forecast.accuracy"), className: "span-6" }),
  };
  one(element, "[data-part=cards]").append(...Object.values(cards).map((card) => card.element));
  const select = /** @type {HTMLSelectElement} */ (one(element, "select"));
  select.addEventListener("change", () => { location.hash = hashOf("forecast", { period: select.value }); });
  let calls = new AbortController();
  /** @type {{ destroy: () => void } | null} */
  let chart = null;

  /** @param {URLSearchParams} next @returns {Promise<void>} */
  async function update(next) {
    calls.abort();
    calls = new AbortController();
    const { signal } = calls;
    const period = periodOf(next);
    select.value = period;
    try {
      const today = todayIn(prefs.value.timeZone);
      const { horizon, back } = PERIODS[period];
      const forecast = await fetchForecast({ period, horizon, min_seq: newestSeq.value }, signal);
      // Where the last purchase is long ago the forecast begins there, and so does the look back.
      const edge = forecast.origin && forecast.origin < today ? forecast.origin : today;
      const past = await fetchTrend({ granularity: period, from: back(edge), to: edge < today ? edge : addDays(today, 1) }, signal);
      put(one(element, "[data-part=status]"), forecast.degraded ? degraded() : html``);
      one(element, "[data-part=cards]").hidden = false;
      drawKpis(one(element, ".kpi-row"), forecast);
      chart?.destroy();
      const host = document.createElement("div");
      cards.main.content.replaceChildren(host);
      const data = joinOutlook(past, forecast, period, today);
      const ctx = chartContext(forecast.currency);
      chart = await trend.mount(host, data, ctx);
      cards.main.table(trend.toTable(data, ctx));
      cards.main.foot(t("forecast.made", { time: formatInstant(forecast.generated_at, locale(), prefs.value.timeZone), version: forecast.model_version ?? "—" }));
      drawRecurring(cards.recurring, forecast);
      drawAccuracy(cards.accuracy, forecast);
    } catch (error) {
      if (signal.aborted) return;
      const few = /** @type {{ slug?: string }} */ (error).slug === "not-enough-history";
      one(element, "[data-part=cards]").hidden = true;
      put(one(element, ".kpi-row"), html``);
      put(one(element, "[data-part=status]"), few ? html`<div class="card"><div class="empty">${icon("empty")}<p>${t("error.not-enough-history")}</p><a class="button button-primary" href="#/import">${t("empty.no-rows-action")}</a></div></div>` : problem(error, { retry: true }));
      element.querySelector("[data-action=retry]")?.addEventListener("click", () => track(update(next)), { once: true });
    }
  }
  return { ready: update(params), update, destroy() { calls.abort(); chart?.destroy(); } };
}

/** @param {URLSearchParams} params @returns {Period} */
function periodOf(params) {
  const asked = params.get("period");
  return asked === "week" || asked === "month" ? asked : "day";
}

function degraded() {
  return html`<div class="message message-warning">${icon("alert")}<p>${t("forecast.degraded")}</p></div>`;
}

/** @param {HTMLElement} element @param {Forecast} forecast */
function drawKpis(element, { total, currency, report_card: card, model_version: version, method }) {
  const summary = card?.summary;
  put(element, html`
    ${total && kpi({ label: total.date && total.to ? t("forecast.coming", { range: formatRange(total.date, total.to, locale()) }) : t("forecast.title"), value: formatMoney(total.predicted_amount, currency), note: t("chart.median"), className: "span-3 kpi-hero" })}
    ${total && kpi({ label: t("forecast.range-80"), value: `${formatMoneyShort(total.lower_80, currency)}–${formatNumber(total.upper_80)}`, note: t("forecast.range-95", { lower: formatMoneyShort(total.lower_95, currency), upper: formatMoneyShort(total.upper_95, currency) }), className: "span-3 kpi-wide" })}
    ${kpi({ label: t("forecast.typical-error"), value: summary?.error_percent === null || summary?.error_percent === undefined ? "—" : `${formatNumber(summary.error_percent, 1)}%`, note: summary?.origins ? t("forecast.tested", { count: summary.origins }) : t("forecast.untested"), className: "span-3" })}
    ${kpi({ label: t("forecast.model"), value: has(`method.${method}`) ? t(`method.${method}`) : method, note: version ? t("forecast.version", { version }) : "", className: "span-3" })}`);
}

/** @param {import("../../components/card/card.js").Card} card @param {Forecast} forecast */
function drawRecurring(card, { recurring, currency }) {
  if (recurring.length === 0) return card.empty(t("forecast.no-recurring"));
  const total = recurring.reduce((sum, item) => sum + item.amount, 0);
  card.answer(t("forecast.recurring-answer", { count: recurring.length, amount: formatMoneyShort(total, currency) }));
  put(card.content, html`<ul class="forecast-list">${recurring.slice(0, 12).map((item) => html`<li class="forecast-row"><a href="${hashOf("transactions", { merchant: item.payee })}">${item.payee}</a>
    <strong class="figure">${formatMoney(item.amount, currency)}</strong><span class="note">${formatDay(item.next_date, locale())} · ${has(`interval.${item.interval}`) ? t(`interval.${item.interval}`) : item.interval}${item.price_change && ` · ${t(item.price_change > 0 ? "forecast.dearer" : "forecast.cheaper", { percent: `${formatNumber(Math.abs(item.price_change) * 100, 0)}%` })}`}</span></li>`)}</ul>`);
}

/** @param {import("../../components/card/card.js").Card} card @param {Forecast} forecast */
function drawAccuracy(card, { report_card: report, currency }) {
  const items = report?.items ?? [];
  if (items.length === 0) return card.empty(t("forecast.untested"));
  const summary = report?.summary;
  card.answer(summary?.hits_80 !== null && summary?.hits_80 !== undefined ? t("forecast.accuracy-answer", { hits: summary.hits_80, count: summary.origins ?? items.length }) : "");
  put(card.content, html`<div class="table-wrap" tabindex="0"><table class="table"><thead><tr><th scope="col">${t("table.period")}</th><th scope="col" class="number">${t("forecast.predicted")}</th><th scope="col" class="number">${t("forecast.actual")}</th><th scope="col" class="number">${t("forecast.error")}</th></tr></thead>
    <tbody>${items.map((item) => html`<tr><td class="figure">${item.to ? formatRange(item.origin, item.to, locale()) : formatDay(item.origin, locale())}</td><td class="number">${formatMoney(item.predicted_amount, currency)}</td><td class="number">${formatMoney(item.actual_amount, currency)}</td><td class="number">${item.error_percent === null ? "—" : `${formatNumber(item.error_percent, 1)}%`}</td></tr>`)}</tbody></table></div>`);
}
