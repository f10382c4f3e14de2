// @ts-check
/** @typedef {import("../../api/ingest.js").Condition} Condition */

const NUMBERS = new Set(["hour", "weekday"]);

/** A value as it is typed: a list with commas. @param {Condition["value"]} value */
export function valueText(value) {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * A condition's value as the service takes it: a list where it asks for one of several, a number for
 * hours and weekdays, else text; amounts stay decimal text.
 * @param {string} field @param {string} op @param {readonly string[]} typed
 * @returns {Condition["value"]}
 */
export function conditionValue(field, op, typed) {
  /** @param {string} text */
  const single = (text) => (NUMBERS.has(field) && /^\d+$/.test(text) ? Number(text) : text);
  if (op !== "in") return single((typed[0] ?? "").trim());
  const texts = typed.length > 1 ? typed : (typed[0] ?? "").split(/[,，、;；]/);
  return texts.map((text) => text.trim()).filter(Boolean).map(single);
}

/** The conditions of a form, or of one row of it. @param {HTMLElement} element @returns {Condition[]} */
export function readConditions(element) {
  const rows = element.matches(".condition") ? [element] : [...element.querySelectorAll(".condition")];
  return rows.map((row) => {
    const [field, op, value] = ["field", "op", "value"].map((name) => row.querySelector(`[name=${name}]`));
    const fieldName = field instanceof HTMLSelectElement ? field.value : "";
    const opName = op instanceof HTMLSelectElement ? op.value : "";
    const typed = value instanceof HTMLSelectElement ? [...value.selectedOptions].map((option) => option.value) : value instanceof HTMLInputElement ? [value.value] : [];
    return { field: fieldName, op: opName, value: conditionValue(fieldName, opName, typed) };
  });
}
