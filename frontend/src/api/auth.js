// @ts-check
import { maybe, number, object, orElse, record, text } from "../lib/shape.js";
import { dropToken, keepToken, request } from "./client.js";

export const userShape = record({
  id: text, email: maybe(text), phone: maybe(text), role: text, status: maybe(text), locale: maybe(text), created_at: maybe(text),
});
export const registeredShape = record({ user: userShape });
export const settingsShape = record({
  theme: maybe(text), chart_prefs: orElse(object, {}), refresh_interval_sec: maybe(number),
  locale: maybe(text), time_zone: maybe(text), currency: maybe(text),
});
/** @typedef {ReturnType<typeof userShape>} User */
/** @typedef {ReturnType<typeof settingsShape>} Settings */

/** @param {{ email?: string, phone?: string, password: string, locale: string }} account */
export async function register(account) {
  return registeredShape(await request("POST", "/auth/register", { body: account, anonymous: true }), "").user;
}

/** @param {string} identifier @param {string} password */
export async function login(identifier, password) {
  keepToken(await request("POST", "/auth/login", { body: { identifier, password }, anonymous: true }));
}

export async function logout() {
  try {
    await request("POST", "/auth/logout");
  } finally {
    dropToken();
  }
}

export async function fetchMe() {
  const answer = await request("GET", "/auth/me");
  const wrapped = object(answer, "").user;
  return userShape(wrapped ?? answer, "");
}

/** @param {string} old @param {string} fresh */
export async function changePassword(old, fresh) {
  await request("POST", "/auth/me/password", { body: { old, new: fresh } });
}

export async function fetchSettings() {
  return settingsShape(await request("GET", "/settings"), "");
}

/** @param {Partial<Settings>} settings */
export async function putSettings(settings) {
  return settingsShape(await request("PUT", "/settings", { body: settings }), "");
}
