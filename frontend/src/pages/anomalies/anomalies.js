// @ts-check
import { fetchAnomalies } from "../../api/analytics.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { kpi } from "../../components/kpi/kpi.js";
import { problem } from "../../components/problem/problem.js";
import { mountRangePicker } from "../../components/range-picker/range-picker.js";
import { t } from "../../i18n/i18n.js";
import { todayIn } from "../../lib/dates.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { formatPercent } from "../../lib/money.js";
import { hashOf, rangeOf } from "../../state/filters.js";
import { newestSeq } from "../../state/freshness.js";
import { prefs } from "../../state/prefs.js";
import { track } from "../../state/ready.js";
import { drawGroup } from "./group.js";

/**
 * @typedef {import("../../api/analytics.js").Anomalies} Anomalies
 * @typedef {"day" | "transaction"} Scope
 * @typedef {{ scopes: Scope[], level: string, method: string, shown: string }} Question
 */

/** @type {readonly Scope[]} */
const SCOPES = ["day", "transaction"];
/** Empty is the default of each scope. @type {Record<string, readonly Scope[]>} */
const METHODS = { "": SCOPES, robust: SCOPES, "3sigma": SCOPES, "isolation-forest": SCOPES };
const LEVELS = ["info", "warning", "critical"];

/**
 * What an address asks for; what it does not know is left at its default.
 * @param {URLSearchParams} params @returns {Question}
 */
export function questionOf(params) {
  const scope = params.get("scope");
  const level = params.get("level") ?? "";
  const method = params.get("method") ?? "";
  return {
    scopes: SCOPES.filter((name) => scope === null || !SCOPES.some((known) => known === scope) || name === scope),
    level: LEVELS.includes(level) ? level : "info",
    method: method in METHODS ? method : "",
    shown: params.get("shown") === "silenced" ? "silenced" : "open",
  };
}

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page"><div class="page-head"><h1 tabindex="-1">${t("nav.anomalies")}</h1><div data-part="range"></div></div>
    <div class="anomalies-tools"></div><div data-part="status"></div><div class="grid kpi-row anomalies-kpis"></div><div class="grid" data-part="groups"></div></div>`);
  const cards = new Map(SCOPES.map((scope) => [scope, createCard({ title: t(`anomalies.${scope}`), className: "span-12 anomalies-group" })]));
  one(element, "[data-part=groups]").append(...[...cards.values()].map((card) => card.element));
  let calls = new AbortController();
  let current = params;

  /** @param {URLSearchParams} next */
  async function update(next) {
    current = next;
    calls.abort();
    calls = new AbortController();
    const { signal } = calls;
    const question = questionOf(next);
    const today = todayIn(prefs.value.timeZone);
    const picked = rangeOf(next, today, "all");
    mountRangePicker(one(element, "[data-part=range]"), { preset: picked.preset, range: picked.range, today, pick: (range) => go(next, { from: null, to: null, range: null, ...range }) });
    drawTools(one(element, ".anomalies-tools"), question, next);
    const query = { ...(picked.range ?? {}), level: question.level, method: question.method, shown: question.shown, min_seq: newestSeq.value };
    try {
      const found = await Promise.all(question.scopes.map((scope) => fetchAnomalies({ ...query, scope }, signal)));
      put(one(element, "[data-part=status]"), found.every((answer) => answer.enough_history) || question.shown === "silenced" ? html`` : littleHistory(found));
      const silent = question.shown === "open" && found.every((answer) => !answer.enough_history && answer.items.length === 0);
      if (silent) put(one(element, ".kpi-row"), html``);
      else drawKpis(one(element, ".kpi-row"), found, question, next);
      for (const [scope, card] of cards) {
        const answer = found[question.scopes.indexOf(scope)];
        card.element.hidden = answer === undefined || !answer.enough_history && answer.items.length === 0 && question.shown === "open";
        card.content.replaceChildren();
        if (answer) drawGroup(card, answer, { shown: question.shown, method: question.method, reload: () => track(update(current)) });
      }
    } catch (error) {
      if (isAbort(error)) return;
      put(one(element, "[data-part=status]"), problem(error, { retry: true }));
      element.querySelector("[data-action=retry]")?.addEventListener("click", () => track(update(current)), { once: true });
    }
  }
  const forget = newestSeq.subscribe((seq) => seq !== null && track(update(current)));
  return { ready: update(params), update, destroy() { forget(); calls.abort(); } };
}

/** @param {URLSearchParams} params @param {Record<string, string | null>} changes */
function go(params, changes) {
  location.hash = hashOf("anomalies", { ...Object.fromEntries(params), ...changes });
}

/** @param {HTMLElement} element @param {Question} question @param {URLSearchParams} params */
function drawTools(element, question, params) {
  const chosen = { scope: question.scopes.length === 1 ? (question.scopes[0] ?? "") : "", level: question.level, method: question.method, shown: question.shown };
  /** @param {keyof typeof chosen} name @param {readonly string[]} values */
  const select = (name, values) => html`<select class="input input-compact" name="${name}" aria-label="${t(`anomalies.by-${name}`)}">${values.map((value) => html`<option value="${value}" ${value === chosen[name] && html`selected`}>${t(`anomalies.${name}-${value || "any"}`)}</option>`)}</select>`;
  put(element, html`${select("scope", ["", ...SCOPES])}${select("level", LEVELS)}${select("method", Object.keys(METHODS))}${select("shown", ["open", "silenced"])}`);
  for (const found of element.querySelectorAll("select")) found.addEventListener("change", () => go(params, { [found.name]: found.value }));
}

/**
 * How many there are by level, how often they were right, and what is silenced.
 * @param {HTMLElement} element @param {Anomalies[]} found @param {Question} question @param {URLSearchParams} params
 */
function drawKpis(element, found, question, params) {
  const count = found.reduce((sum, answer) => sum + answer.count, 0);
  const grave = found.flatMap((answer) => answer.items).filter((item) => item.level === "critical").length;
  const { normal, confirmed, precision } = found[0]?.feedback ?? { normal: 0, confirmed: 0, precision: null };
  const silenced = hashOf("anomalies", { ...Object.fromEntries(params), shown: "silenced" });
  put(element, html`
    ${kpi({ label: t(question.shown === "open" ? "anomalies.open" : "anomalies.silenced"), value: String(count), note: t("anomalies.critical", { count: grave }), className: "span-4 kpi-hero" })}
    ${kpi({ label: t("anomalies.precision"), value: precision === null ? "—" : formatPercent(precision, 0), note: precision === null ? t("anomalies.precision-none") : t("anomalies.precision-of", { confirmed, count: normal + confirmed }), className: "span-4" })}
    ${kpi({ label: t("anomalies.called-normal"), value: String(normal), note: t("anomalies.called-normal-note"), ...(normal > 0 && question.shown === "open" ? { href: silenced } : {}), className: "span-4" })}`);
}

/** @param {Anomalies[]} found */
function littleHistory(found) {
  const answer = found.find((one) => !one.enough_history);
  if (!answer) return html``;
  const { days, spending_days: spending, purchases } = answer.needed;
  return html`<div class="message">${icon("info")}<div class="message-text"><strong>${t("anomalies.little-history")}</strong><p>${t("anomalies.needed", { days, spending, purchases, count: answer.history_days })}</p>
    ${answer.history_days === 0 && html`<p><a class="button button-small" href="#/import">${t("empty.no-rows-action")}</a></p>`}</div></div>`;
}
