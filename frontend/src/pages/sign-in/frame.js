// @ts-check
import { icon, mark } from "../../components/icon/icon.js";
import { fieldProblems, problem } from "../../components/problem/problem.js";
import { locale, t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { choose, prefs } from "../../state/prefs.js";

/**
 * The card that sign-in and registration share: brand, form, language and theme.
 * @param {HTMLElement} element
 * @param {{ title: string, lead: string, fields: import("../../lib/html.js").Markup, action: string, other: import("../../lib/html.js").Markup, submit: (form: HTMLFormElement) => Promise<void> }} parts
 */
export function mountFrame(element, { title, lead, fields, action, other, submit }) {
  const dark = document.documentElement.dataset.theme === "dark";
  put(element, html`<div class="sign-in"><div class="card sign-in-card">
    <div class="sign-in-brand">${mark()}<p>${t("app.name")}<small>${t("app.tagline")}</small></p></div>
    <div><h1>${title}</h1><p class="quiet">${lead}</p></div>
    <form class="form" novalidate>
      <div data-part="problem"></div>
      ${fields}
      <button type="submit" class="button button-primary button-block">${action}</button>
    </form>
    <p class="quiet">${other}</p>
    <div class="sign-in-foot">
      <button type="button" class="button button-plain button-small" name="locale" value="switch" lang="${locale() === "en" ? "zh-CN" : "en"}">${t("sign-in.other-language")}</button>
      <button type="button" class="button button-plain button-small" name="theme">${t(dark ? "sign-in.light" : "sign-in.dark")}</button>
    </div>
  </div></div>`);
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, submit);
  });
  one(element, "[name=locale]").addEventListener("click", () => choose({ locale: prefs.value.locale === "en" ? "zh-CN" : "en" }));
  const themeButton = one(element, "[name=theme]");
  themeButton.addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    choose({ theme });
    themeButton.textContent = t(theme === "dark" ? "sign-in.light" : "sign-in.dark");
  });
  for (const button of element.querySelectorAll("[data-action=reveal]")) button.addEventListener("click", () => reveal(button));
  return form;
}

/** @param {Element} button */
function reveal(button) {
  const input = button.parentElement?.querySelector("input");
  if (!input) return;
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.textContent = t(shown ? "sign-in.show" : "sign-in.hide");
  button.setAttribute("aria-pressed", String(!shown));
}

/**
 * @param {{ name: string, autocomplete: string, hint?: string }} field
 */
export function passwordField({ name, autocomplete, hint }) {
  return html`<div class="field"><label for="${name}">${t(`sign-in.${name}`)}</label>
    <div class="password-field"><input class="input" id="${name}" name="${name}" type="password" autocomplete="${autocomplete}" required aria-describedby="${name}-note">
    <button type="button" class="button button-plain button-small" data-action="reveal" aria-pressed="false">${t("sign-in.show")}</button></div>
    <p class="field-hint" id="${name}-note">${hint}</p></div>`;
}

/** @param {HTMLFormElement} form @param {(form: HTMLFormElement) => Promise<void>} submit */
async function run(form, submit) {
  const button = /** @type {HTMLButtonElement} */ (one(form, "[type=submit]"));
  const place = one(form, "[data-part=problem]");
  const missing = [...form.querySelectorAll("input")].filter((input) => input.required && input.value.trim() === "");
  for (const input of form.querySelectorAll("input")) input.setAttribute("aria-invalid", String(missing.includes(input)));
  if (missing[0]) {
    put(place, html`<div class="message message-error" role="alert">${icon("alert")}<p>${t("sign-in.missing")}</p></div>`);
    return missing[0].focus();
  }
  button.disabled = true;
  try {
    await submit(form);
  } catch (error) {
    const fields = fieldProblems(error);
    put(place, html`${problem(error)}${fields.length > 0 && html`<ul class="field-error">${fields.map((field) => html`<li>${field.text}</li>`)}</ul>`}`);
    form.querySelector("input")?.focus();
  } finally {
    button.disabled = false;
  }
}
