// @ts-check
import { register } from "../../api/auth.js";
import { locale, t } from "../../i18n/i18n.js";
import { html, valueOf } from "../../lib/html.js";
import { signIn } from "../../state/session.js";
import { mountFrame, passwordField } from "./frame.js";

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  mountFrame(element, {
    title: t("register.title"),
    lead: t("register.lead"),
    fields: html`<div class="field"><label for="identifier">${t("sign-in.identifier")}</label>
      <input class="input" id="identifier" name="identifier" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
      ${passwordField({ name: "password", autocomplete: "new-password", hint: t("register.password-hint") })}`,
    action: t("register.action"),
    other: html`${t("register.have-account")} <a href="#/login">${t("register.to-login")}</a>`,
    submit: createAccount,
  });
  return { ready: Promise.resolve(), destroy() {} };
}

/** @param {HTMLFormElement} form */
async function createAccount(form) {
  const identifier = valueOf(form, "identifier").trim();
  const password = valueOf(form, "password");
  const name = identifier.includes("@") ? { email: identifier } : { phone: identifier };
  await register({ ...name, password, locale: locale() });
  await signIn(identifier, password);
}
