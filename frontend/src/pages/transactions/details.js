// @ts-check
import { decideLink, deleteExpense, fetchExpense } from "../../api/ingest.js";
import { categoryOptions, categoryPath } from "../../components/category-select/category-select.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { has, locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { formatMoney, formatPercent } from "../../lib/money.js";
import { prefs } from "../../state/prefs.js";
import { save } from "./edit.js";
import { amount } from "./rows.js";
import { setBy } from "./set-by.js";

/**
 * @typedef {import("../../api/ingest.js").Expense} Expense
 * @typedef {import("./edit.js").Desk} Desk
 */

/** Everything that is known of a row, and what may be changed. @param {Desk} desk @param {Expense} item */
export function openDetails(desk, item) {
  const { element, close, closed } = openDialog({ title: t("details.title"), kind: "panel", body: html`<div data-part="details"></div>` });
  const host = one(element, "[data-part=details]");
  /** @param {Expense} shown */
  const show = (shown) => {
    put(host, view(desk, shown));
    behaviour({ desk, host, close, show }, shown);
  };
  show(item);
  // The list may hold an older state; links change without it.
  fetchExpense(item.id).then((fresh) => {
    if (element.open && !host.querySelector("form")?.matches(":focus-within")) show(fresh);
  }, () => undefined);
  closed.then(desk.focusList);
}

/** @param {Desk} desk @param {Expense} item */
function view(desk, item) {
  return html`
    <p class="details-amount">${amount(item, prefs.value.currency)}</p>
    <p class="quiet details-when">${formatInstant(item.time, locale(), prefs.value.timeZone)}${item.pending && html` · <span class="warning-text">${t("expense.pending-text")}</span>`}</p>
    <form class="form">
      <div class="field"><label for="d-category">${t("expense.category")}</label><select class="input" id="d-category" name="category_id">${!item.category_id && html`<option value="">${t("category.none")}</option>`}${categoryOptions(desk.tree(), item.category_id)}</select><p class="field-hint">${setBy(item)}</p><div data-part="guess" role="status"></div></div>
      <div class="field"><label for="d-merchant">${t("expense.merchant")}</label><input class="input" id="d-merchant" name="merchant" maxlength="200" value="${item.merchant}"></div>
      <div class="field"><label for="d-note">${t("expense.note")}</label><textarea class="input details-note" id="d-note" name="note" maxlength="2000" rows="2">${item.note}</textarea></div>
      <div class="field"><label for="d-place">${t("expense.place")}</label><input class="input" id="d-place" name="place" maxlength="200" value="${item.location?.text ?? ""}"></div>
      <div class="actions"><button class="button button-primary">${t("action.save")}</button><button type="button" class="button button-danger" data-action="delete">${icon("trash", "icon-small")}${t("action.delete")}</button></div>
    </form>
    ${item.links.length > 0 && html`<section class="details-part"><h3>${t("details.links")}</h3><ul>${item.links.map((link) => linkView(link, item.currency))}</ul></section>`}
    <dl class="details-list">${facts(item)}</dl>`;
}

/** @param {Expense["links"][number]} link @param {string} currency */
function linkView(link, currency) {
  const known = has(`link-kind.${link.kind}`) ? t(`link-kind.${link.kind}`) : link.kind;
  return html`<li class="details-link"><span>${icon("link", "icon-small")} ${known}${link.amount && html` <span class="figure">${formatMoney(link.amount, currency)}</span>`} <span class="tag">${t(`link-status.${link.status}`)}</span></span>
    <span class="actions"><button type="button" class="button button-small button-plain" data-open="${link.expense_id}">${t("details.open-link")}</button>
    ${link.id && link.status !== "rejected" && html`<button type="button" class="button button-small button-plain" data-split="${link.id}">${t("link.split")}</button>`}</span></li>`;
}

/** @param {Expense} item */
function facts(item) {
  /** @type {Array<[string, unknown]>} */
  const known = [
    ["direction", t(`direction.${item.direction}`)],
    ["stated", item.stated_direction && item.stated_direction !== item.direction ? t(`direction.${item.stated_direction}`) : ""],
    ["refunded", Number(item.refunded_amount ?? 0) > 0 ? formatMoney(item.refunded_amount, item.currency) : ""],
    ["account", item.account],
    ["source", has(`source.${item.source}`) ? t(`source.${item.source}`) : item.source],
    ["import", item.import_id ? html`<a href="#/import?view=import&id=${item.import_id}">${t("details.see-import")}</a>` : ""],
    ["external_id", item.external_id ?? ""], ["order_ref", item.order_ref && item.order_ref !== item.external_id ? item.order_ref : ""],
    ["created", formatInstant(item.created_at, locale(), prefs.value.timeZone)],
  ];
  return known.filter(([, value]) => value).map(([name, value]) => html`<div><dt>${t(`details.${name}`)}</dt><dd>${value}</dd></div>`);
}

/** @param {{ desk: Desk, host: HTMLElement, close: () => void, show: (item: Expense) => void }} panel @param {Expense} item */
function behaviour({ desk, host, close, show }, item) {
  const form = /** @type {HTMLFormElement} */ (one(host, "form"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changes = changesOf(form, item);
    if (Object.keys(changes).length === 0 || (await save(desk, item, changes))) close();
  });
  one(host, "[data-action=delete]").addEventListener("click", () => remove(desk, item, close));
  offerGuess({ desk, host, close }, item);
  for (const link of host.querySelectorAll("a")) link.addEventListener("click", close);
  for (const button of host.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => attempt(async () => show(await fetchExpense(button.getAttribute("data-open") ?? ""))));
  }
  for (const button of host.querySelectorAll("[data-split]")) {
    button.addEventListener("click", () => attempt(async () => {
      await decideLink(button.getAttribute("data-split") ?? "", "rejected");
      const fresh = await fetchExpense(item.id);
      desk.replace(fresh);
      show(fresh);
      toast(t("links.split-done"));
    }));
  }
}

/** What the model makes of a row that nobody has decided, to be taken with one click. @param {{ desk: Desk, host: HTMLElement, close: () => void }} panel @param {Expense} item */
async function offerGuess({ desk, host, close }, item) {
  // A panel without a suggestion is whole.
  await desk.suggestions.ask([item]).catch(() => undefined);
  const place = host.querySelector("[data-part=guess]");
  const guess = desk.suggestions.of(item);
  if (!guess || !(place instanceof HTMLElement)) return;
  put(place, html`<p class="details-guess"><span>${t("suggestion.maybe", { category: categoryPath(desk.tree(), guess.category_id), share: formatPercent(guess.confidence, 0) })}</span><button type="button" class="button button-small" data-action="take">${icon("check", "icon-small")}${t("suggestion.take")}</button></p>`);
  one(place, "[data-action=take]").addEventListener("click", async () => {
    if (await save(desk, item, { category_id: guess.category_id })) close();
  });
}

/** @param {() => Promise<void>} work */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    toast(problemText(error), { failed: true });
  }
}

/** Only what differs is sent. @param {HTMLFormElement} form @param {Expense} item @returns {import("../../api/ingest.js").ExpenseEntry} */
function changesOf(form, item) {
  /** @type {import("../../api/ingest.js").ExpenseEntry} */
  const changes = {};
  const [category, merchant, note, place] = ["category_id", "merchant", "note", "place"].map((name) => valueOf(form, name).trim());
  if (category && category !== item.category_id) changes.category_id = category;
  if (merchant !== item.merchant) changes.merchant = merchant;
  if (note !== item.note) changes.note = note;
  if (place !== undefined && place !== (item.location?.text ?? "")) changes.location = { text: place, lat: item.location?.lat ?? null, lon: item.location?.lon ?? null };
  return changes;
}

/** @param {Desk} desk @param {Expense} item @param {() => void} close */
async function remove(desk, item, close) {
  const name = item.merchant || item.note || categoryPath(desk.tree(), item.category_id);
  if (!(await confirmed({ title: t("transactions.delete-title", { count: 1, number: "1" }), text: t("transactions.delete-one", { name, amount: formatMoney(item.amount, item.currency) }), action: t("action.delete") }))) return;
  await attempt(async () => {
    await deleteExpense(item.id);
    close();
    toast(t("transactions.deleted", { count: 1, number: "1" }));
    await desk.reload();
  });
}
