// @ts-check
import { locale, t } from "../../i18n/i18n.js";
import { addDays, formatRange } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { PRESETS } from "../../state/filters.js";

/**
 * @typedef {import("../../state/filters.js").DayRange} DayRange
 * @typedef {import("../../state/filters.js").Preset} Preset
 */

/**
 * A picker of a date range; what is picked goes to the address through `pick`.
 * @param {HTMLElement} element
 * @param {{ preset: Preset, range: DayRange | null, today: string, pick: (params: Record<string, string>) => void }} options
 */
export function mountRangePicker(element, { preset, range, today, pick }) {
  element.className = "range-picker";
  const shown = range ?? { from: addDays(today, -29), to: addDays(today, 1) };
  put(element, html`
    ${range && html`<span class="range-shown figure">${formatRange(range.from, range.to, locale())}</span>`}
    <select class="input input-compact" name="range" aria-label="${t("range.label")}">
      ${[...PRESETS, "custom"].map((name) => html`<option value="${name}" ${name === preset && html`selected`}>${t(`range.${name}`)}</option>`)}
    </select>
    <form class="range-custom" ${preset !== "custom" && html`hidden`}>
      <input class="input input-compact" type="date" name="from" aria-label="${t("range.from")}" value="${shown.from}" required>
      <span aria-hidden="true">–</span>
      <input class="input input-compact" type="date" name="to" aria-label="${t("range.to")}" value="${addDays(shown.to, -1)}" required>
      <button class="button button-small">${t("action.apply")}</button>
    </form>`);
  const select = /** @type {HTMLSelectElement} */ (one(element, "select"));
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  select.addEventListener("change", () => {
    form.hidden = select.value !== "custom";
    if (select.value === "custom") one(form, "[name=from]").focus();
    else pick({ range: select.value });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const [from = "", to = ""] = [String(data.get("from")), String(data.get("to"))].sort();
    pick({ from, to: addDays(to, 1) });
  });
}
