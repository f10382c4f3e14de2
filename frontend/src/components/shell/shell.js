// @ts-check
import { t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { icon, mark } from "../icon/icon.js";

/** @typedef {import("../icon/icon.js").IconName} IconName */
/** @typedef {{ route: string, icon: IconName }} Entry */

/** Only pages that exist. @type {readonly Entry[][]} */
const GROUPS = [
  [{ route: "dashboard", icon: "overview" }, { route: "analysis", icon: "analysis" }, { route: "forecast", icon: "forecast" }, { route: "anomalies", icon: "diamond" }],
  [{ route: "transactions", icon: "transactions" }, { route: "categories", icon: "categories" }],
  [{ route: "import", icon: "import" }, { route: "export", icon: "export" }, { route: "reports", icon: "reports" }],
];
/** @type {readonly Entry[]} */
const FOOT = [{ route: "settings", icon: "settings" }, { route: "account", icon: "account" }];
/** @type {readonly Entry[]} */
const BAR = [
  { route: "dashboard", icon: "overview" }, { route: "analysis", icon: "analysis" },
  { route: "import", icon: "import" }, { route: "transactions", icon: "transactions" },
];

/** @param {Entry} entry */
function link(entry) {
  const name = t(`nav.${entry.route}`);
  return html`<a class="nav-link" href="#/${entry.route}" data-route="${entry.route}" title="${name}">${icon(entry.icon)}<span>${name}</span></a>`;
}

/**
 * The frame around every page of a signed-in reader.
 * @param {HTMLElement} element
 */
export function mountShell(element) {
  const barRoutes = new Set(BAR.map((entry) => entry.route));
  const rest = [...GROUPS.flat(), ...FOOT].filter((entry) => !barRoutes.has(entry.route));
  put(element, html`
    <a class="skip-link" href="#main">${t("nav.skip")}</a>
    <div class="shell">
      <header class="rail"><div class="rail-inner">
        <a class="brand" href="#/dashboard" aria-label="${t("app.name")}">${mark()}<span>${t("app.name")}</span></a>
        <nav aria-label="${t("nav.main")}">${GROUPS.map((group) => html`<div class="nav-group">${group.map(link)}</div>`)}</nav>
        <div class="nav-group rail-foot">${FOOT.map(link)}</div>
      </div></header>
      <main class="main" id="main" tabindex="-1"></main>
      <nav class="bottom-bar" aria-label="${t("nav.main")}">
        ${BAR.map((entry) => html`<a href="#/${entry.route}" data-route="${entry.route}">${icon(entry.icon)}<span>${t(`nav.${entry.route}`)}</span></a>`)}
        <button type="button" data-part="more" aria-haspopup="dialog">${icon("more")}<span>${t("nav.more")}</span></button>
      </nav>
    </div>
    <dialog class="sheet" aria-label="${t("nav.more")}">
      <div class="sheet-head"><h2>${t("nav.more")}</h2><button type="button" class="icon-button" data-part="close" aria-label="${t("action.close")}">${icon("close")}</button></div>
      <div class="nav-group">${rest.map(link)}</div>
    </dialog>`);
  const main = one(element, "main");
  const sheet = /** @type {HTMLDialogElement} */ (one(element, "dialog"));
  const more = one(element, "[data-part=more]");
  more.addEventListener("click", () => sheet.showModal());
  one(element, "[data-part=close]").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || (event.target instanceof Element && event.target.closest("a"))) sheet.close();
  });
  one(element, ".skip-link").addEventListener("click", (event) => {
    // The hash is the route, so the jump is made by hand.
    event.preventDefault();
    main.focus();
  });
  return {
    main,
    /** @param {string} route */
    select(route) {
      for (const entry of element.querySelectorAll("[data-route]")) {
        if (entry instanceof HTMLElement && entry.dataset.route === route) entry.setAttribute("aria-current", "page");
        else entry.removeAttribute("aria-current");
      }
      if (rest.some((entry) => entry.route === route)) more.setAttribute("aria-current", "page");
      else more.removeAttribute("aria-current");
    },
  };
}
