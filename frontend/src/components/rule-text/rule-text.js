// @ts-check
import { has, t } from "../../i18n/i18n.js";

/** @typedef {import("../../api/ingest.js").Condition} Condition */

/** What a condition can ask of each field, in the order of the list. @type {Readonly<Record<string, readonly string[]>>} */
export const OPERATIONS = {
  merchant: ["contains", "equals", "starts", "regex"], note: ["contains", "equals", "starts", "regex"],
  any: ["contains", "regex"], place: ["contains", "equals", "starts", "regex"], account: ["contains", "equals", "starts", "regex"],
  source: ["equals", "in"], keywords: ["contains", "equals"], amount: ["gte", "lte", "gt", "lt", "equals"],
  direction: ["equals", "in"], hour: ["gte", "lte", "equals", "in"], weekday: ["equals", "in"],
};

/** A condition in words: 商户包含“星巴克”. @param {Condition} condition */
export function conditionText({ field, op, value }) {
  const values = (Array.isArray(value) ? value : [value]).map((item) => valueText(field, String(item)));
  return t("rule.condition", { field: t(`rule-field.${field}`), op: t(`rule-op.${op}`), value: values.join(t("list.comma")) });
}

/** @param {string} field @param {string} value */
function valueText(field, value) {
  const key = field === "direction" ? `direction.${value}` : field === "weekday" ? `weekday.${value}` : field === "source" ? `source.${value}` : "";
  if (key && has(key)) return t(key);
  return field === "hour" || field === "amount" ? value : t("rule.quoted", { value });
}

/** @param {readonly Condition[]} conditions */
export function conditionsText(conditions) {
  return conditions.map(conditionText).join(t("rule.and"));
}
