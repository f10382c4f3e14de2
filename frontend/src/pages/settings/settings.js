// @ts-check
import { problem } from "../../components/problem/problem.js";
import { LOCALES, t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { ACCENTS, choose, prefs, pushSettings, RISE_COLOURS, THEMES } from "../../state/prefs.js";

const INTERVALS_S = [0, 30, 60, 300, 900];
const CURRENCIES = ["CNY", "HKD", "TWD", "USD", "EUR", "GBP", "JPY"];
const ZONES = ["Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Singapore", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "UTC"];

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  put(element, html`<div class="page page-narrow"><div class="page-head"><h1>${t("nav.settings")}</h1><p class="note" role="status" data-part="saved"></p></div>
    <div data-part="problem"></div>
    <form class="settings">
      <section class="card"><h2>${t("settings.appearance")}</h2>
        ${choices("theme", THEMES, prefs.value.theme)}
        ${choices("accent", ACCENTS, prefs.value.accent, (name) => html`<span class="swatch swatch-${name}"></span>`)}
        ${choices("rise", RISE_COLOURS, prefs.value.rise)}
        <p class="settings-preview figure"><span class="rise"><span aria-hidden="true">▲</span> ${t("kpi.more", { percent: "8.2%" })}</span><span class="fall"><span aria-hidden="true">▼</span> ${t("kpi.less", { percent: "3.1%" })}</span></p>
      </section>
      <section class="card"><h2>${t("settings.region")}</h2>
        ${choices("locale", LOCALES, prefs.value.locale)}
        ${select("currency", [...new Set([prefs.value.currency, ...CURRENCIES])], prefs.value.currency, (code) => t(`currency.${code}`))}
        ${select("timeZone", [...new Set([prefs.value.timeZone, ...ZONES])], prefs.value.timeZone, (zone) => zone.replace("_", " "))}
        <p class="note">${t("settings.region-note")}</p>
      </section>
      <section class="card"><h2>${t("settings.refresh")}</h2>
        ${select("refreshIntervalS", [...new Set([...INTERVALS_S, prefs.value.refreshIntervalS])].map(String), String(prefs.value.refreshIntervalS), (seconds) => (seconds === "0" ? t("settings.never") : Number(seconds) < 60 ? t("settings.seconds", { count: Number(seconds) }) : t("settings.minutes", { count: Math.round(Number(seconds) / 60) })))}
      </section>
    </form></div>`);
  one(element, "form").addEventListener("change", (event) => save(element, event.target));
  one(element, "form").addEventListener("submit", (event) => event.preventDefault());
  return { ready: Promise.resolve(), destroy() {} };
}

/** @param {string} name @param {readonly string[]} values @param {string} current @param {(value: string) => unknown} [before] */
function choices(name, values, current, before) {
  return html`<fieldset><legend>${t(`settings.${name}`)}</legend><div class="choices">${values.map((value) => html`<label class="choice"><input type="radio" name="${name}" value="${value}" ${value === current && html`checked`}>${before?.(value)}${t(`${name}.${value}`)}</label>`)}</div></fieldset>`;
}

/** @param {string} name @param {readonly string[]} values @param {string} current @param {(value: string) => string} label */
function select(name, values, current, label) {
  return html`<div class="field"><label for="${name}">${t(`settings.${name}`)}</label><select class="input" id="${name}" name="${name}">${values.map((value) => html`<option value="${value}" ${value === current && html`selected`}>${label(value)}</option>`)}</select></div>`;
}

/** @param {HTMLElement} element @param {EventTarget | null} control */
async function save(element, control) {
  if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) return;
  const value = control.name === "refreshIntervalS" ? Number(control.value) : control.value;
  choose(/** @type {Partial<import("../../state/prefs.js").Prefs>} */ ({ [control.name]: value }));
  // A change of language builds the page anew, so its parts are looked up after the answer.
  try {
    await pushSettings();
    const saved = document.querySelector("[data-part=saved]");
    if (saved) saved.textContent = t("settings.saved");
    document.querySelector("[data-part=problem]")?.replaceChildren();
  } catch (error) {
    const place = element.isConnected ? one(element, "[data-part=problem]") : document.querySelector("[data-part=problem]");
    if (place) put(place, problem(error));
  }
}
