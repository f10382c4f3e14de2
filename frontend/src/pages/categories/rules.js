// @ts-check
import { applyRules, changeRule, deleteRule } from "../../api/ingest.js";
import { categoryPath } from "../../components/category-select/category-select.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { conditionsText } from "../../components/rule-text/rule-text.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { placeOf } from "../../state/categories.js";
import { noteSeq } from "../../state/freshness.js";
import { askClassify } from "./classify.js";
import { editRule } from "./rule-editor.js";

/**
 * @typedef {import("../../api/ingest.js").Rule} Rule
 * @typedef {{ rules: readonly Rule[], tree: import("../../state/categories.js").CategoryTree, reload: () => Promise<void> }} RulesOptions
 */

/** The rules in the order in which they are tried. @param {HTMLElement} host @param {RulesOptions} options */
export function mountRules(host, options) {
  const { rules } = options;
  put(host, html`<div class="actions"><button type="button" class="button button-small" data-act="add">${icon("plus", "icon-small")}${t("rules.add")}</button>
      ${rules.length > 0 && html`<button type="button" class="button button-small" data-act="apply">${t("rules.apply")}</button>`}
      <button type="button" class="button button-small" data-act="classify">${t("classify.open")}</button></div>
    ${rules.length === 0 ? html`<div class="empty">${icon("empty")}<p>${t("rules.none")}</p></div>` : html`<ol class="rules">${rules.map((rule, index) => ruleView(rule, index, options))}</ol>`}`);
  one(host, "[data-act=add]").addEventListener("click", () => editRule(options, null));
  one(host, "[data-act=classify]").addEventListener("click", askClassify);
  host.querySelector("[data-act=apply]")?.addEventListener("click", () => askApply(options));
  for (const rule of rules) {
    const item = one(host, `[data-rule="${CSS.escape(rule.id)}"]`);
    const at = rules.indexOf(rule);
    one(item, "[data-act=edit]").addEventListener("click", () => editRule(options, rule));
    one(item, "[data-act=delete]").addEventListener("click", () => remove(options, rule));
    item.querySelector("[data-act=up]")?.addEventListener("click", () => attempt(options, () => changeRule(rule.id, { position: at })));
    item.querySelector("[data-act=down]")?.addEventListener("click", () => attempt(options, () => changeRule(rule.id, { position: at + 2 })));
    const enabled = /** @type {HTMLInputElement} */ (one(item, "input"));
    enabled.addEventListener("change", () => attempt(options, () => changeRule(rule.id, { enabled: enabled.checked })));
  }
}

/** @param {Rule} rule @param {number} index @param {RulesOptions} options */
function ruleView(rule, index, { tree, rules }) {
  const words = conditionsText(rule.conditions);
  const label = rule.name || words;
  return html`<li class="rule ${!rule.enabled && "is-off"}" data-rule="${rule.id}">
    <label class="rule-switch"><input type="checkbox" role="switch" ${rule.enabled && html`checked`} aria-label="${t("rules.enabled", { name: label })}"></label>
    <div class="rule-text">${rule.name && html`<p class="rule-name">${rule.name}</p>`}<p>${words}</p>
      <p class="rule-target"><span aria-hidden="true">→</span><span class="dot" data-colour="var(--cat-${placeOf(tree, rule.category_id)})"></span>${categoryPath(tree, rule.category_id)}${rule.origin === "learnt" && html` <span class="tag">${t("rules.learnt")}</span>`}</p></div>
    <div class="rule-acts">${index > 0 && html`<button type="button" class="icon-button" data-act="up" aria-label="${t("rules.up", { name: label })}">${icon("up", "icon-small")}</button>`}${index < rules.length - 1 && html`<button type="button" class="icon-button" data-act="down" aria-label="${t("rules.down", { name: label })}">${icon("down", "icon-small")}</button>`}
      <button type="button" class="icon-button" data-act="edit" aria-label="${t("rules.edit-named", { name: label })}">${icon("edit", "icon-small")}</button><button type="button" class="icon-button" data-act="delete" aria-label="${t("rules.delete-named", { name: label })}">${icon("trash", "icon-small")}</button></div></li>`;
}

/** @param {RulesOptions} options @param {() => Promise<void>} work */
async function attempt(options, work) {
  try {
    await work();
  } catch (error) {
    toast(problemText(error), { failed: true });
  }
  await options.reload();
}

/** @param {RulesOptions} options @param {Rule} rule */
async function remove(options, rule) {
  if (!(await confirmed({ title: t("rules.delete-title"), text: t("rules.delete-text", { name: rule.name || conditionsText(rule.conditions) }), action: t("action.delete") }))) return;
  await attempt(options, () => deleteRule(rule.id));
}

/** @param {RulesOptions} options */
function askApply(options) {
  const { element, close } = openDialog({ title: t("rules.apply"), body: html`<form class="form"><p class="quiet">${t("rules.apply-text")}</p>
    <label class="check"><input type="checkbox" name="everything"><span>${t("rules.apply-everything")}</span></label>
    <div class="actions"><button class="button button-primary">${t("rules.apply-action")}</button></div></form>` });
  one(element, "form").addEventListener("submit", (event) => {
    event.preventDefault();
    const everything = /** @type {HTMLInputElement} */ (one(element, "[name=everything]")).checked;
    close();
    attempt(options, () => apply({ only_unset: !everything }));
  });
}

/** Lets rules set the categories of the rows that are there, and says how many changed. @param {{ rule_ids?: string[], only_unset?: boolean }} which */
export async function apply(which) {
  const done = await applyRules(which);
  noteSeq(done?.last_seq ?? null);
  toast(done ? t("rules.applied", { count: done.changed, number: formatNumber(done.changed) }) : t("rules.applying"));
}
