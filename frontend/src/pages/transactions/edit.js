// @ts-check
import { changeExpense, learnRule } from "../../api/ingest.js";
import { categoryOptions, categoryPath } from "../../components/category-select/category-select.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { conditionsText } from "../../components/rule-text/rule-text.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { noteSeq } from "../../state/freshness.js";

/**
 * @typedef {import("../../api/ingest.js").Expense} Expense
 * @typedef {import("../../api/ingest.js").ExpenseEntry} ExpenseEntry
 * @typedef {import("../../api/ingest.js").Suggestion} Suggestion
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 *
 * What the parts of the page share.
 * @typedef {object} Desk
 * @property {() => CategoryTree | null} tree
 * @property {ReturnType<typeof import("../../state/suggestions.js").createSuggestions>} suggestions
 * @property {(row: Expense) => void} replace shows a changed row
 * @property {() => Promise<void>} reload reads the list anew
 * @property {HTMLElement} suggestion where a suggested rule is offered
 * @property {() => void} focusList
 */

/** @param {Expense} item @param {ExpenseEntry} changes @returns {Expense} */
function withChanges(item, changes) {
  return { ...item, ...changes, ...(changes.category_id ? { category_source: "user", category_confidence: null } : {}) };
}

/** What would bring a row back. @param {Expense} item @param {ExpenseEntry} changes @returns {ExpenseEntry} */
function inverse(item, changes) {
  /** @type {Record<string, unknown>} */
  const before = { ...item, location: item.location ?? { text: "", lat: null, lon: null } };
  return Object.fromEntries(Object.keys(changes).map((name) => [name, before[name]]).filter(([, value]) => value !== null));
}

/**
 * Shows a change at once and keeps it; takes it back where the service refuses. True when it is kept.
 * @param {Desk} desk @param {Expense} item @param {ExpenseEntry} changes @param {{ quiet?: boolean }} [options] quiet: no offer to undo
 */
export async function save(desk, item, changes, { quiet = false } = {}) {
  desk.replace(withChanges(item, changes));
  try {
    const { expense, suggestion } = await changeExpense(item.id, changes);
    desk.replace(expense);
    if (quiet) return true;
    toast(t("transactions.saved"), { action: { text: t("action.undo"), run: () => save(desk, expense, inverse(item, changes), { quiet: true }) } });
    if (suggestion && suggestion.matches > 0) offerRule(desk, expense.id, suggestion);
    return true;
  } catch (error) {
    desk.replace(item);
    toast(problemText(error), { failed: true });
    return false;
  }
}

/** @param {Desk} desk @param {string} expenseId the corrected row @param {Suggestion} suggestion */
function offerRule(desk, expenseId, suggestion) {
  const words = { conditions: conditionsText(suggestion.conditions), category: categoryPath(desk.tree(), suggestion.category_id), count: suggestion.matches, number: formatNumber(suggestion.matches) };
  put(desk.suggestion, html`<div class="message">${icon("info")}<div class="message-text"><p>${t("transactions.suggestion", words)}</p>
    <div class="actions"><button type="button" class="button button-small button-primary" data-action="accept">${t("transactions.make-rule")}</button><button type="button" class="button button-small" data-action="dismiss">${t("transactions.no-rule")}</button></div></div></div>`);
  const done = () => put(desk.suggestion, html``);
  one(desk.suggestion, "[data-action=dismiss]").addEventListener("click", done);
  one(desk.suggestion, "[data-action=accept]").addEventListener("click", async () => {
    try {
      const { changed, last_seq: seq } = await learnRule(expenseId);
      done();
      noteSeq(seq);
      toast(t("rules.applied", { count: changed, number: formatNumber(changed) }));
      await desk.reload();
    } catch (error) {
      toast(problemText(error), { failed: true });
    }
  });
}

/**
 * An editor in place of a cell: Enter or leaving it keeps the change, Esc does not.
 * @param {Desk} desk @param {HTMLElement} cell @param {Expense} item @param {"category" | "merchant" | "note"} field
 * @param {() => void} redraw
 */
export function editInPlace(desk, cell, item, field, redraw) {
  const label = t(`transactions.edit-${field}`);
  const before = field === "category" ? (item.category_id ?? "") : item[field];
  put(cell, field === "category"
    ? html`<select class="input tx-editor" aria-label="${label}">${categoryOptions(desk.tree(), item.category_id)}</select>`
    : html`<input class="input tx-editor" value="${before}" aria-label="${label}" maxlength="${field === "note" ? 2000 : 200}">`);
  const editor = /** @type {HTMLInputElement | HTMLSelectElement} */ (one(cell, ".tx-editor"));
  let open = true;
  /** @param {boolean} keep */
  const close = (keep) => {
    if (!open) return;
    open = false;
    const value = editor.value.trim();
    const focused = document.activeElement === editor;
    editor.remove();
    redraw();
    if (focused) desk.focusList();
    if (keep && value !== before && (field !== "category" || value)) save(desk, item, field === "category" ? { category_id: value } : { [field]: value });
  };
  editor.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent) || event.isComposing) return;
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(event.key === "Enter");
    }
  });
  editor.addEventListener("blur", () => close(true));
  if (field === "category") editor.addEventListener("change", () => close(true));
  editor.focus();
  if (editor instanceof HTMLInputElement) editor.select();
}
