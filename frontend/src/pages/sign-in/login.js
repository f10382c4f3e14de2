// @ts-check
import { t } from "../../i18n/i18n.js";
import { html, valueOf } from "../../lib/html.js";
import { signIn } from "../../state/session.js";
import { mountFrame, passwordField } from "./frame.js";

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  const next = params.get("next");
  mountFrame(element, {
    title: t("sign-in.title"),
    lead: t(next ? "sign-in.lead-next" : "sign-in.lead"),
    fields: html`<div class="field"><label for="identifier">${t("sign-in.identifier")}</label>
      <input class="input" id="identifier" name="identifier" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
      ${passwordField({ name: "password", autocomplete: "current-password" })}`,
    action: t("sign-in.action"),
    other: html`${t("sign-in.no-account")} <a href="#/register">${t("sign-in.to-register")}</a>`,
    submit: (form) => signIn(valueOf(form, "identifier").trim(), valueOf(form, "password")),
  });
  return { ready: Promise.resolve(), destroy() {} };
}
