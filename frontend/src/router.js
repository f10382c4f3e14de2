// @ts-check
import { t } from "./i18n/i18n.js";
import { one, put, html } from "./lib/html.js";
import { mountShell } from "./components/shell/shell.js";
import { problem } from "./components/problem/problem.js";
import { hashOf, parseHash } from "./state/filters.js";
import { track } from "./state/ready.js";
import { user } from "./state/session.js";

/**
 * What a page's mount gives back.
 * @typedef {object} Page
 * @property {Promise<unknown>} ready data and charts are drawn
 * @property {(params: URLSearchParams) => Promise<unknown>} [update] the address changed within the page, or the theme did
 * @property {() => void} destroy
 *
 * @typedef {{ mount: (element: HTMLElement, visit: { route: string, params: URLSearchParams }) => Page }} PageModule
 * @typedef {{ load: () => Promise<PageModule>, open?: boolean }} Route open: for who is not signed in
 */

/** @type {Record<string, Route>} */
const ROUTES = {
  login: { load: () => import("./pages/sign-in/login.js"), open: true },
  register: { load: () => import("./pages/sign-in/register.js"), open: true },
  dashboard: { load: () => import("./pages/dashboard/dashboard.js") },
  analysis: { load: () => import("./pages/analysis/analysis.js") },
  anomalies: { load: () => import("./pages/anomalies/anomalies.js") },
  forecast: { load: () => import("./pages/forecast/forecast.js") },
  transactions: { load: () => import("./pages/transactions/transactions.js") },
  categories: { load: () => import("./pages/categories/categories.js") },
  export: { load: () => import("./pages/export/export.js") },
  import: { load: () => import("./pages/import/import.js") },
  reports: { load: () => import("./pages/reports/reports.js") },
  settings: { load: () => import("./pages/settings/settings.js") },
  account: { load: () => import("./pages/account/account.js") },
};
/** @type {Route} */
const NOT_FOUND = { load: () => import("./pages/not-found/not-found.js") };

/** @param {string} hash */
export function isOpen(hash) {
  return ROUTES[parseHash(hash).route]?.open === true;
}

/**
 * Shows the page that the address names, from now on.
 * @param {HTMLElement} root
 */
export function startRouter(root) {
  /** @type {{ page: Page | null, route: string, shell: ReturnType<typeof mountShell> | null, visit: number }} */
  const now = { page: null, route: "", shell: null, visit: 0 };

  function leave() {
    now.page?.destroy();
    now.page = null;
  }

  /** The element a page is mounted in. @param {boolean} open @param {string} route */
  function host(open, route) {
    if (open) {
      now.shell = null;
      put(root, html`<main class="main" id="main" tabindex="-1"></main>`);
      return one(root, "main");
    }
    now.shell ??= mountShell(root);
    now.shell.select(route);
    const fresh = document.createElement("div");
    now.shell.main.replaceChildren(fresh);
    return fresh;
  }

  async function show() {
    const visit = ++now.visit;
    const { route, params } = parseHash(location.hash);
    const redirect = redirection(route, params);
    if (redirect) return location.replace(redirect);
    if (route === now.route && now.page?.update) return now.page.update(params);
    const known = ROUTES[route] ?? NOT_FOUND;
    const module = await known.load();
    if (visit !== now.visit) return undefined;
    const first = now.route === "";
    leave();
    const element = host(known.open === true || (known === NOT_FOUND && user.value === null), route);
    now.route = route;
    document.title = `${t(ROUTES[route] ? `nav.${route}` : "not-found.title")} · ${t("app.name")}`;
    scrollTo(0, 0);
    now.page = module.mount(element, { route, params });
    if (!first) one(root, "main").focus({ preventScroll: true });
    return now.page.ready;
  }

  function go() {
    const work = track(show());
    work.catch((error) => {
      leave();
      put(host(user.value === null, ""), html`<div class="page">${problem(error)}</div>`);
    });
    return work;
  }

  addEventListener("hashchange", go);
  user.subscribe(go);
  go();
  return {
    /** Builds everything anew, in a new language. */
    rebuild() {
      const kept = focusMark();
      leave();
      now.route = "";
      now.shell = null;
      go().then(() => restoreFocus(kept), () => undefined);
    },
    /** Lets the page draw its charts in new colours. */
    restyle() {
      if (now.page?.update) track(now.page.update(parseHash(location.hash).params)).catch(() => undefined);
    },
  };
}

/** @param {string} route @param {URLSearchParams} params @returns {string | null} */
function redirection(route, params) {
  const open = ROUTES[route]?.open === true;
  if (user.value === null && !open && ROUTES[route]) {
    const here = location.hash.replace(/^#\/?/, "");
    return hashOf("login", { next: here && here !== "dashboard" ? here : null });
  }
  if (user.value !== null && open) {
    // Only a route of this page: the address bar is anyone's to write.
    const next = params.get("next") ?? "";
    return /^[a-z-]+(\?|$)/.test(next) ? `#/${next}` : "#/dashboard";
  }
  return null;
}

/** What tells the focused control from others after the page is rebuilt. */
function focusMark() {
  const active = document.activeElement;
  if (!(active instanceof HTMLInputElement || active instanceof HTMLSelectElement || active instanceof HTMLButtonElement)) return null;
  return active.name ? { name: active.name, value: active.value } : null;
}

/** @param {ReturnType<typeof focusMark>} mark */
function restoreFocus(mark) {
  if (!mark) return;
  const named = [...document.querySelectorAll(`[name="${CSS.escape(mark.name)}"]`)];
  const same = named.find((element) => element instanceof HTMLInputElement && element.value === mark.value) ?? named[0];
  if (same instanceof HTMLElement) same.focus();
}
