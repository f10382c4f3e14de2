// @ts-check
import { locale } from "../i18n/i18n.js";

const KEPT = "cities";

/** @returns {Record<string, [name: string, english: string]>} */
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    // A browser without storage, or another version's words: codes are shown instead.
    return {};
  }
}

/**
 * Keeps the names of cities for pages that know only their codes.
 * @param {ReadonlyArray<{ key: string, name: string | null, name_en: string | null }>} cities
 */
export function rememberCities(cities) {
  const names = kept();
  for (const city of cities) names[city.key] = [city.name ?? city.key, city.name_en ?? city.name ?? city.key];
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(names));
  } catch {
    // Full or forbidden: the names are a comfort, not needed.
  }
}

/** A city in the reader's language; its code where its name was never told. @param {string} code */
export function cityName(code) {
  const names = kept()[code];
  return names ? names[locale() === "en" ? 1 : 0] : code;
}
