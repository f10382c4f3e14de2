// @ts-check
import { changeInBulk } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { icon } from "../../components/icon/icon.js";
import { problem, problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { noteSeq } from "../../state/freshness.js";
import { DIRECTIONS } from "./filters.js";
import { restore } from "./deleted.js";
import { sizeOf } from "./selection.js";

/**
 * @typedef {import("./selection.js").Selection} Selection
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 * @typedef {object} Chosen
 * @property {Selection} selection
 * @property {number} count rows of the filter
 * @property {ExpenseFilter} filter
 * @property {import("./edit.js").Desk} desk
 * @property {HTMLElement} bar
 * @property {() => void} clear
 * @property {() => void} chooseAll
 */

const SHOWN_AFTER_MS = 400;

/** The bar of what can be done with the chosen rows; empty where none is. @param {Chosen} chosen */
export function drawBulk(chosen) {
  const { bar: host, selection, count, clear, chooseAll } = chosen;
  const size = sizeOf(selection, count);
  host.hidden = size === 0;
  if (size === 0) return;
  put(host, html`<p class="figure"><strong>${t("transactions.chosen", { count: size, number: formatNumber(size) })}</strong></p>
    ${!selection.all && size < count && html`<button type="button" class="button button-plain button-small" data-action="every">${t("transactions.choose-every", { count, number: formatNumber(count) })}</button>`}
    <div class="actions"><button type="button" class="button button-small" data-action="edit">${icon("edit", "icon-small")}${t("transactions.bulk-edit")}</button>
    <button type="button" class="button button-small button-danger" data-action="delete">${icon("trash", "icon-small")}${t("action.delete")}</button>
    <button type="button" class="button button-small button-plain" data-action="clear">${t("transactions.choose-none")}</button></div>`);
  host.querySelector("[data-action=every]")?.addEventListener("click", chooseAll);
  one(host, "[data-action=edit]").addEventListener("click", () => editMany(chosen));
  one(host, "[data-action=delete]").addEventListener("click", () => deleteMany(chosen));
  one(host, "[data-action=clear]").addEventListener("click", clear);
}

/** @param {Chosen} chosen */
function rowsOf({ selection, filter }) {
  if (!selection.all) return { ids: [...selection.ids] };
  const { sort: _, ...rows } = filter;
  return { filter: rows };
}

/** @param {Chosen} chosen */
export async function deleteMany(chosen) {
  const size = sizeOf(chosen.selection, chosen.count);
  const words = { count: size, number: formatNumber(size) };
  if (!(await confirmed({ title: t("transactions.delete-title", words), text: t("transactions.delete-text"), action: t("action.delete") }))) return;
  const end = underWay(chosen.bar, t("transactions.deleting", words));
  try {
    const { changed, last_seq: seq, deletion_id: id } = await changeInBulk(rowsOf(chosen), { delete: true });
    noteSeq(seq);
    end();
    chosen.clear();
    toast(t("transactions.deleted", { count: changed, number: formatNumber(changed) }), id ? { action: { text: t("transactions.restore"), run: () => restore(id, chosen.desk) } } : {});
    await chosen.desk.reload();
  } catch (error) {
    end();
    toast(problemText(error), { failed: true });
  }
}

/**
 * Says what goes on, where it takes longer than a moment; a hundred thousand rows take a second or
 * two, and are changed all or none, so there is no share of them to show.
 * @param {HTMLElement} host its content comes back afterwards @param {string} text
 * @returns {() => void} ends it
 */
function underWay(host, text) {
  const note = document.createElement("div");
  note.className = "bulk-busy";
  note.setAttribute("role", "status");
  const timer = setTimeout(() => {
    put(note, html`<progress aria-label="${text}"></progress><p class="note figure">${text}</p>`);
    host.classList.add("is-under-way");
    host.append(note);
  }, SHOWN_AFTER_MS);
  return () => {
    clearTimeout(timer);
    host.classList.remove("is-under-way");
    note.remove();
  };
}

/** @param {Chosen} chosen */
function editMany(chosen) {
  const size = sizeOf(chosen.selection, chosen.count);
  const keep = html`<option value="">${t("transactions.keep")}</option>`;
  const { element, close } = openDialog({ title: t("transactions.bulk-title", { count: size, number: formatNumber(size) }), body: html`<form class="form">
    <p class="quiet">${t("transactions.bulk-lead")}</p>
    <div class="field"><label for="b-category">${t("expense.category")}</label><select class="input" id="b-category" name="category_id">${keep}${categoryOptions(chosen.desk.tree(), null)}</select></div>
    <div class="field"><label for="b-direction">${t("transactions.direction")}</label><select class="input" id="b-direction" name="direction">${keep}${DIRECTIONS.map((name) => html`<option value="${name}">${t(`direction.${name}`)}</option>`)}</select></div>
    <div class="field"><label for="b-merchant">${t("expense.merchant")}</label><input class="input" id="b-merchant" name="merchant" maxlength="200" placeholder="${t("transactions.keep")}"></div>
    <div class="field"><label for="b-note">${t("expense.note")}</label><input class="input" id="b-note" name="note" maxlength="2000" placeholder="${t("transactions.keep")}"></div>
    <div data-part="problem"></div>
    <div class="actions"><button class="button button-primary">${t("transactions.bulk-apply", { count: size, number: formatNumber(size) })}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changes = Object.fromEntries(["category_id", "direction", "merchant", "note"].map((name) => [name, valueOf(form, name).trim()]).filter(([, value]) => value));
    if (Object.keys(changes).length === 0) return close();
    const button = /** @type {HTMLButtonElement} */ (one(form, ".button-primary"));
    button.disabled = true;
    put(one(form, "[data-part=problem]"), html``);
    const end = underWay(form, t("transactions.changing", { count: size, number: formatNumber(size) }));
    try {
      const { changed, last_seq: seq } = await changeInBulk(rowsOf(chosen), { changes });
      noteSeq(seq);
      close();
      chosen.clear();
      toast(t("transactions.changed", { count: changed, number: formatNumber(changed) }));
      await chosen.desk.reload();
    } catch (error) {
      put(one(form, "[data-part=problem]"), problem(error));
      button.disabled = false;
    } finally {
      end();
    }
  });
}
