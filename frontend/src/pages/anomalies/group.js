// @ts-check
import { judgeAnomaly, unjudgeAnomaly } from "../../api/analytics.js";
import { expectedText, levelOf, levelTag, rangeBar, reasonText, whenText } from "../../components/anomaly/anomaly.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney } from "../../lib/money.js";
import { hashOf, rowsHref } from "../../state/filters.js";

/**
 * @typedef {import("../../api/analytics.js").Anomalies} Anomalies
 * @typedef {import("../../api/analytics.js").Anomaly} Anomaly
 * @typedef {"normal" | "confirmed"} Verdict
 * @typedef {{ shown: string, method: string, reload: () => Promise<unknown> }} Context
 */

/**
 * The anomalies of one scope as a list.
 * @param {import("../../components/card/card.js").Card} card @param {Anomalies} answer @param {Context} context
 */
export function drawGroup(card, answer, context) {
  if (answer.items.length === 0) return card.empty(t(context.shown === "open" ? "anomalies.none" : "anomalies.none-silenced"));
  const shown = answer.items.length;
  card.answer(shown < answer.count ? t("anomalies.shown", { shown, count: answer.count }) : t("anomalies.count", { count: answer.count }));
  put(card.content, html`<ul class="anomalies-list">${answer.items.map((item) => row(item, answer.currency, context.shown))}</ul>`);
  for (const [index, element] of [...card.content.querySelectorAll("li")].entries()) {
    const item = /** @type {Anomaly} */ (answer.items[index]);
    for (const button of element.querySelectorAll("button")) button.addEventListener("click", () => act(card, button, item, index, context));
  }
}

/** @param {Anomaly} item @param {string} currency @param {string} shown */
function row(item, currency, shown) {
  const first = item.reason.params.first_expense_id;
  return html`<li class="anomalies-row anomalies-${levelOf(item)}" data-id="${item.id}">
    <div class="anomalies-what">${levelTag(item)}<span class="figure quiet">${whenText(item)}</span>${item.feedback === "confirmed" && html`<span class="tag tag-success">${icon("check", "icon-small")}${t("anomalies.confirmed")}</span>`}</div>
    <strong class="figure anomalies-amount">${formatMoney(item.amount, currency)}</strong>
    <p class="anomalies-reason">${reasonText(item, currency)}</p>
    <div class="anomalies-range">${rangeBar(item)}<span class="note figure">${expectedText(item, currency)}</span></div>
    <div class="actions anomalies-actions"><a class="button button-plain button-small" href="${rowsHref(item.filter)}">${t(item.expense_id ? "anomalies.see-row" : "anomalies.see-rows")}</a>
      ${typeof first === "string" && html`<a class="button button-plain button-small" href="${hashOf("transactions", { id: first })}">${t("anomalies.see-first")}</a>`}
      ${verdicts(item, shown, reasonText(item, currency))}</div></li>`;
}

/** Every button names what it is about: heard alone, ten of them would be alike. @param {Anomaly} item @param {string} shown @param {string} about */
function verdicts(item, shown, about) {
  const button = (/** @type {string} */ act, /** @type {string} */ words) => html`<button type="button" class="button button-small" data-act="${act}" aria-label="${words}: ${about}">${words}</button>`;
  if (item.feedback) return button("undo", t(shown === "open" ? "anomalies.take-back" : "anomalies.unsilence"));
  if (shown !== "open") return html`<span class="note">${t("anomalies.silenced-by-pattern")}</span>`;
  return html`${button("normal", t("anomalies.normal"))}${button("confirmed", t("anomalies.confirm"))}`;
}

/**
 * Keep or take back a verdict, and draw anew; the focus goes to what has taken the row's place.
 * @param {import("../../components/card/card.js").Card} card @param {HTMLButtonElement} button @param {Anomaly} item
 * @param {number} index @param {Context} context
 */
async function act(card, button, item, index, context) {
  const wish = button.dataset.act === "undo" ? null : /** @type {Verdict} */ (button.dataset.act);
  button.disabled = true;
  try {
    await (wish === null ? unjudgeAnomaly(item.id) : judgeAnomaly(item.id, wish, context.method));
  } catch (error) {
    button.disabled = false;
    return toast(problemText(error), { failed: true });
  }
  await context.reload();
  const rows = card.content.querySelectorAll("li");
  const next = rows[Math.min(index, rows.length - 1)]?.querySelector("button, a");
  if (next instanceof HTMLElement) next.focus();
  else one(document, "h1").focus();
  if (wish === null) return toast(t("anomalies.taken-back"));
  const undo = async () => {
    await unjudgeAnomaly(item.id).catch((error) => toast(problemText(error), { failed: true }));
    await context.reload();
  };
  toast(t(wish === "normal" ? "anomalies.now-silenced" : "anomalies.now-confirmed"), { action: { text: t("action.undo"), run: undo } });
}
