// @ts-check
import { addRule, changeRule, previewRule } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { expenseRows } from "../../components/expense-list/expense-list.js";
import { icon } from "../../components/icon/icon.js";
import { OPERATIONS } from "../../components/rule-text/rule-text.js";
import { t } from "../../i18n/i18n.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { prefs } from "../../state/prefs.js";
import { readConditions, valueText } from "./conditions.js";
import { why } from "./dialogs.js";
import { apply } from "./rules.js";

/**
 * @typedef {import("../../api/ingest.js").Condition} Condition
 * @typedef {import("../../api/ingest.js").Rule} Rule
 * @typedef {import("./rules.js").RulesOptions} RulesOptions
 */

const PREVIEW_AFTER_MS = 350;
const MOST_CONDITIONS = 10;
const DIRECTIONS = ["expense", "income", "refund", "transfer", "neutral"];
const WEEKDAYS = ["0", "1", "2", "3", "4", "5", "6"];

/** @param {RulesOptions} options @param {Rule | null} rule null: a new one */
export function editRule(options, rule) {
  const { element, close, closed } = openDialog({ title: t(rule ? "rules.edit" : "rules.add"), wide: true, body: html`<form class="form">
    <fieldset class="form"><legend class="field-label">${t("rules.when")}</legend><div class="conditions"></div>
      <div><button type="button" class="button button-small" data-act="more">${icon("plus", "icon-small")}${t("rules.add-condition")}</button></div></fieldset>
    <div class="field"><label for="r-category">${t("rules.then")}</label><select class="input" id="r-category" name="category_id" required><option value="">${t("rules.choose-category")}</option>${categoryOptions(options.tree, rule?.category_id ?? null)}</select></div>
    <div class="field"><label for="r-name">${t("rules.name")}</label><input class="input" id="r-name" name="name" maxlength="100" value="${rule?.name ?? ""}" autocomplete="off"></div>
    <section class="rule-preview" aria-live="polite" data-part="preview"><p class="note">${t("rules.preview-hint")}</p></section>
    <label class="check"><input type="checkbox" name="apply" checked><span>${t("rules.apply-now")}</span></label>
    <div data-part="problem" role="alert"></div>
    <div class="actions"><button class="button button-primary">${t("action.save")}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  const list = one(form, ".conditions");
  const conditions = rule && rule.conditions.length > 0 ? rule.conditions : [{ field: "merchant", op: "contains", value: "" }];
  for (const condition of conditions) addCondition(list, condition);
  one(list, "[name=value]").focus();
  const preview = previewer(form, options);
  closed.then(preview.stop);
  form.addEventListener("input", preview.soon);
  form.addEventListener("click", (event) => {
    const act = event.target instanceof Element ? event.target.closest("[data-act]")?.getAttribute("data-act") : null;
    if (act === "more" && list.childElementCount < MOST_CONDITIONS) addCondition(list, { field: "merchant", op: "contains", value: "" }).querySelector("select")?.focus();
    if (act === "less" && list.childElementCount > 1 && event.target instanceof Element) event.target.closest(".condition")?.remove();
    if (act) preview.soon();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(form, options, rule, close);
  });
  preview.soon();
}

/** @param {HTMLFormElement} form @param {RulesOptions} options @param {Rule | null} rule @param {() => void} close */
async function keep(form, options, rule, close) {
  const entry = { conditions: readConditions(form), category_id: valueOf(form, "category_id"), name: valueOf(form, "name").trim() };
  const applies = /** @type {HTMLInputElement} */ (one(form, "[name=apply]")).checked;
  try {
    const id = rule ? (await changeRule(rule.id, entry), rule.id) : (await addRule(entry)).id;
    if (applies) await apply({ rule_ids: [id] });
    close();
    await options.reload();
  } catch (error) {
    put(one(form, "[data-part=problem]"), html`<div class="message message-error">${icon("alert")}<p>${why(error)}</p></div>`);
  }
}

/** @param {HTMLElement} list @param {Condition} condition */
function addCondition(list, condition) {
  const element = document.createElement("div");
  element.className = "condition";
  list.append(element);
  /** @param {Condition} now */
  const draw = (now) => {
    put(element, html`<select class="input" name="field" aria-label="${t("rules.field")}">${Object.keys(OPERATIONS).map((name) => html`<option value="${name}" ${name === now.field && html`selected`}>${t(`rule-field.${name}`)}</option>`)}</select>
      <select class="input" name="op" aria-label="${t("rules.op")}">${(OPERATIONS[now.field] ?? []).map((name) => html`<option value="${name}" ${name === now.op && html`selected`}>${t(`rule-op.${name}`)}</option>`)}</select>
      ${valueField(now)}<button type="button" class="icon-button" data-act="less" aria-label="${t("rules.remove-condition")}">${icon("close", "icon-small")}</button>`);
    const [field, op] = ["field", "op"].map((name) => /** @type {HTMLSelectElement} */ (one(element, `[name=${name}]`)));
    field?.addEventListener("change", () => draw({ field: field.value, op: OPERATIONS[field.value]?.[0] ?? "equals", value: "" }));
    op?.addEventListener("change", () => draw({ field: now.field, op: op.value, value: readConditions(element)[0]?.value ?? "" }));
  };
  draw(condition);
  return element;
}

/** @param {Condition} condition */
function valueField({ field, op, value }) {
  const chosen = (Array.isArray(value) ? value : [value]).map(String);
  const known = field === "direction" ? DIRECTIONS : field === "weekday" ? WEEKDAYS : null;
  const label = t("rules.value");
  if (known) return html`<select class="input" name="value" aria-label="${label}" ${op === "in" && html`multiple size="3"`}>${known.map((name) => html`<option value="${name}" ${chosen.includes(name) && html`selected`}>${t(field === "weekday" ? `weekday.${name}` : `direction.${name}`)}</option>`)}</select>`;
  return html`<input class="input" name="value" aria-label="${label}" value="${valueText(value)}" required maxlength="200" autocomplete="off" placeholder="${op === "in" ? t("rules.list-hint") : ""}" ${(field === "amount" || field === "hour") && html`inputmode="decimal"`}>`;
}

/** What the rule would find, a while after the last change. @param {HTMLFormElement} form @param {RulesOptions} options */
function previewer(form, options) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let call = new AbortController();
  const host = one(form, "[data-part=preview]");
  async function look() {
    call.abort();
    call = new AbortController();
    const { signal } = call;
    const conditions = readConditions(form);
    if (conditions.some(({ value }) => value === "" || (Array.isArray(value) && value.length === 0))) return put(host, html`<p class="note">${t("rules.preview-hint")}</p>`);
    try {
      const found = await previewRule({ conditions, category_id: valueOf(form, "category_id") || undefined, limit: 5 }, signal);
      if (signal.aborted) return undefined;
      return put(host, html`<p><strong>${t("rules.matches", { count: found.matches, number: formatNumber(found.matches) })}</strong>${valueOf(form, "category_id") && html`<span class="quiet">${t("rules.would-change", { count: found.would_change, number: formatNumber(found.would_change) })}</span>`}</p>
        <div class="expense-list expense-compact">${expenseRows(found.items, { tree: options.tree, currency: prefs.value.currency, compact: true })}</div>`);
    } catch (error) {
      return isAbort(error) ? undefined : put(host, html`<p class="field-error">${why(error)}</p>`);
    }
  }
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(look, PREVIEW_AFTER_MS);
    },
    stop() {
      clearTimeout(timer);
      call.abort();
    },
  };
}
