// @ts-check
import { fetchSettings, putSettings } from "../api/auth.js";
import { isLocale } from "../i18n/i18n.js";
import { signal } from "./signal.js";

/**
 * @typedef {"system" | "light" | "dark"} ThemeChoice
 * @typedef {"teal" | "indigo" | "pine" | "violet" | "ink"} Accent
 * @typedef {"red" | "teal" | "grey"} RiseColour
 * @typedef {import("../i18n/i18n.js").Locale} Locale
 * @typedef {object} Prefs
 * @property {ThemeChoice} theme
 * @property {Accent} accent
 * @property {RiseColour} rise
 * @property {Locale} locale
 * @property {number} refreshIntervalS 0: never
 * @property {string} timeZone
 * @property {string} currency
 */

const STORE = "prefs";
/** @type {readonly Accent[]} */
export const ACCENTS = ["teal", "indigo", "pine", "violet", "ink"];
/** @type {readonly RiseColour[]} */
export const RISE_COLOURS = ["red", "teal", "grey"];
/** @type {readonly ThemeChoice[]} */
export const THEMES = ["system", "light", "dark"];

/** @type {Prefs} */
const DEFAULTS = {
  theme: "system", accent: "teal", rise: "red", locale: "zh-CN", refreshIntervalS: 0,
  timeZone: "Asia/Shanghai", currency: "CNY",
};

/** What `?lang=` and `?theme=` choose for this visit; it outranks what is saved and is never saved. */
/** @type {{ theme: ThemeChoice | null, locale: Locale | null }} */
const visit = visitChoices(typeof location === "undefined" ? "" : location.search);

/** @param {string} search @returns {{ theme: ThemeChoice | null, locale: Locale | null }} */
export function visitChoices(search) {
  const query = new URLSearchParams(search);
  const theme = query.get("theme");
  const locale = query.get("lang");
  return {
    theme: theme === "dark" || theme === "light" ? theme : null,
    locale: isLocale(locale) ? locale : null,
  };
}

/** @type {import("./signal.js").Signal<Prefs>} */
export const prefs = signal(withVisit(readLocal()));

/**
 * The saved choices, each checked, the rest by default.
 * @param {unknown} saved
 * @returns {Prefs}
 */
export function checkedPrefs(saved) {
  const given = /** @type {Record<string, unknown>} */ (typeof saved === "object" && saved !== null ? saved : {});
  /** @template T @param {readonly T[]} known @param {unknown} value @param {T} fallback @returns {T} */
  const among = (known, value, fallback) => known.find((one) => one === value) ?? fallback;
  const seconds = Number(given.refreshIntervalS);
  return {
    theme: among(THEMES, given.theme, DEFAULTS.theme),
    accent: among(ACCENTS, given.accent, DEFAULTS.accent),
    rise: among(RISE_COLOURS, given.rise, DEFAULTS.rise),
    locale: isLocale(given.locale) ? given.locale : DEFAULTS.locale,
    refreshIntervalS: Number.isFinite(seconds) && seconds >= 0 ? seconds : 0,
    timeZone: typeof given.timeZone === "string" && given.timeZone ? given.timeZone : DEFAULTS.timeZone,
    currency: typeof given.currency === "string" && given.currency ? given.currency : DEFAULTS.currency,
  };
}

/** @returns {Prefs} */
function readLocal() {
  try {
    return checkedPrefs(JSON.parse(localStorage.getItem(STORE) ?? "{}"));
  } catch {
    return checkedPrefs({});
  }
}

/** @param {Prefs} chosen @returns {Prefs} */
function withVisit(chosen) {
  return { ...chosen, theme: visit.theme ?? chosen.theme, locale: visit.locale ?? chosen.locale };
}

/** @param {Prefs} chosen */
function writeLocal(chosen) {
  const saved = readLocal();
  const kept = { ...chosen, theme: visit.theme ? saved.theme : chosen.theme, locale: visit.locale ? saved.locale : chosen.locale };
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    // Private windows may refuse storage; the choice then lasts for this visit.
  }
}

/** Sets the attributes that the style sheets read. */
export function applyPrefs() {
  const root = document.documentElement;
  const { theme, accent, rise } = prefs.value;
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.accent = accent;
  root.dataset.rise = rise;
}

/**
 * Makes choices current on this device.
 * @param {Partial<Prefs>} changes
 */
export function choose(changes) {
  // Who chooses by hand means it, whatever the address asked for.
  if (changes.theme) visit.theme = null;
  if (changes.locale) visit.locale = null;
  const next = { ...prefs.value, ...changes };
  writeLocal(next);
  prefs.value = next;
  applyPrefs();
}

/** The choices as the service keeps them. @param {Prefs} chosen */
export function toSettings(chosen) {
  return {
    theme: chosen.theme, locale: chosen.locale, time_zone: chosen.timeZone, currency: chosen.currency,
    refresh_interval_sec: chosen.refreshIntervalS,
    chart_prefs: { accent: chosen.accent, rise: chosen.rise },
  };
}

/** @param {import("../api/auth.js").Settings} settings @param {Prefs} local @returns {Prefs} */
export function fromSettings(settings, local) {
  const { accent, rise } = settings.chart_prefs;
  return checkedPrefs({
    theme: settings.theme ?? local.theme, locale: settings.locale ?? local.locale,
    timeZone: settings.time_zone ?? local.timeZone, currency: settings.currency ?? local.currency,
    refreshIntervalS: settings.refresh_interval_sec ?? local.refreshIntervalS,
    accent: accent ?? local.accent, rise: rise ?? local.rise,
  });
}

/** Takes over what the signed-in reader chose on another device. */
export async function pullSettings() {
  const next = fromSettings(await fetchSettings(), prefs.value);
  writeLocal(next);
  prefs.value = withVisit(next);
  applyPrefs();
}

/** Keeps the current choices with the account. */
export async function pushSettings() {
  await putSettings(toSettings(prefs.value));
}
