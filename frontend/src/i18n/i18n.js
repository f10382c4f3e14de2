// @ts-check
/**
 * Messages by key. A message is a string with {placeholders}, or its plural forms by Intl category.
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Message
 * @typedef {Record<string, Message>} Messages
 * @typedef {"zh-CN" | "en"} Locale
 * @typedef {Record<string, string | number>} Params
 */

/** @type {readonly Locale[]} */
export const LOCALES = ["zh-CN", "en"];

/** @type {{ locale: Locale, messages: Messages, plurals: Intl.PluralRules, given: Messages | null }} */
const current = { locale: "zh-CN", messages: {}, plurals: new Intl.PluralRules("zh-CN"), given: null };

/** @param {unknown} value @returns {value is Locale} */
export function isLocale(value) {
  return value === "zh-CN" || value === "en";
}

export function locale() {
  return current.locale;
}

/** @param {Locale} name @param {Messages} messages */
export function useMessages(name, messages) {
  current.locale = name;
  current.messages = messages;
  current.plurals = new Intl.PluralRules(name);
}

/**
 * Makes a language current; its file is fetched once.
 * @param {Locale} name
 */
export async function loadLocale(name) {
  // Default categories are stored by their Chinese names: a name that differs is the reader's own.
  const [messages, chinese] = await Promise.all([fetchMessages(name), name === "zh-CN" ? null : fetchMessages("zh-CN")]);
  useMessages(name, messages);
  current.given = chinese ?? messages;
  document.documentElement.lang = name;
}

/** @param {Locale} name @returns {Promise<Messages>} */
async function fetchMessages(name) {
  const answer = await fetch(new URL(`./${name}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`no messages for ${name}`);
  return answer.json();
}

/** @param {string} key */
export function has(key) {
  return key in current.messages;
}

/**
 * The message in the current language; the plural follows params.count.
 * @param {string} key
 * @param {Params} [params]
 */
export function t(key, params = {}) {
  const message = current.messages[key];
  if (message === undefined) return key;
  let pattern = message;
  if (typeof pattern !== "string") {
    const form = current.plurals.select(Number(params.amount ?? params.count ?? 0));
    pattern = pattern[form] ?? pattern.other ?? key;
  }
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
}

/**
 * A category's name: default ones have a stable code and are translated, own and
 * renamed ones are kept.
 * @param {{ code?: string | null, name?: string | null }} category
 */
export function categoryName({ code, name }) {
  const key = `category.${code}`;
  const renamed = name && current.given && current.given[key] !== name;
  if (code && current.locale === "en" && has(key) && !renamed) return t(key);
  if (name) return name;
  return code && has(key) ? t(key) : t("category.none");
}
