// @ts-check
import { icon } from "../../components/icon/icon.js";
import { t } from "../../i18n/i18n.js";
import { html, put } from "../../lib/html.js";

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  put(element, html`<div class="page"><div class="card"><div class="empty">${icon("search")}
    <h1>${t("not-found.title")}</h1><p class="prose">${t("not-found.text")}</p>
    <a class="button button-primary" href="#/dashboard">${t("not-found.action")}</a></div></div></div>`);
  return { ready: Promise.resolve(), destroy() {} };
}
