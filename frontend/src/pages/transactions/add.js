// @ts-check
import { addExpense } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { problem } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { formatTime, instantIn, todayIn } from "../../lib/dates.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { prefs } from "../../state/prefs.js";
import { DIRECTIONS } from "./filters.js";

/** Enters a transaction by hand. @param {import("./edit.js").Desk} desk */
export function openAdd(desk) {
  const { timeZone, currency } = prefs.value;
  const { element, close, closed } = openDialog({ title: t("transactions.add"), body: html`<form class="form">
    <div class="pair"><div class="field"><label for="a-amount">${t("add.amount", { currency })}</label><input class="input" id="a-amount" name="amount" inputmode="decimal" required pattern="[0-9]{1,12}([.][0-9]{1,3})?" placeholder="12.50" autocomplete="off"></div>
    <div class="field"><label for="a-direction">${t("transactions.direction")}</label><select class="input" id="a-direction" name="direction">${DIRECTIONS.map((name) => html`<option value="${name}">${t(`direction.${name}`)}</option>`)}</select></div></div>
    <div class="pair"><div class="field"><label for="a-day">${t("expense.date")}</label><input class="input" id="a-day" type="date" name="day" required value="${todayIn(timeZone)}"></div>
    <div class="field"><label for="a-time">${t("add.time")}</label><input class="input" id="a-time" type="time" name="time" required value="${formatTime(new Date(), timeZone)}"></div></div>
    <div class="field"><label for="a-merchant">${t("expense.merchant")}</label><input class="input" id="a-merchant" name="merchant" maxlength="200" autocomplete="off"></div>
    <div class="field"><label for="a-category">${t("expense.category")}</label><select class="input" id="a-category" name="category_id"><option value="">${t("add.by-rules")}</option>${categoryOptions(desk.tree(), null)}</select></div>
    <div class="field"><label for="a-note">${t("expense.note")}</label><input class="input" id="a-note" name="note" maxlength="2000" autocomplete="off"></div>
    <div data-part="problem"></div>
    <div class="actions"><button class="button button-primary">${t("add.action")}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await addExpense(entryOf(form, timeZone, currency));
      close();
      toast(t("add.done"));
      await desk.reload();
    } catch (error) {
      put(one(form, "[data-part=problem]"), problem(error));
    }
  });
  closed.then(desk.focusList);
}

/** @param {HTMLFormElement} form @param {string} timeZone @param {string} currency */
function entryOf(form, timeZone, currency) {
  const entry = {
    amount: valueOf(form, "amount"), currency, direction: valueOf(form, "direction"),
    time: instantIn(valueOf(form, "day"), valueOf(form, "time"), timeZone),
    merchant: valueOf(form, "merchant").trim(), category_id: valueOf(form, "category_id"), note: valueOf(form, "note").trim(),
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== ""));
}
