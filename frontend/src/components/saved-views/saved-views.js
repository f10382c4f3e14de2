// @ts-check
import { deleteView, fetchViews, renameView, saveView } from "../../api/analytics.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { hashOf } from "../../state/filters.js";
import { confirmed } from "../confirm/confirm.js";
import { openDialog } from "../dialog/dialog.js";
import { icon } from "../icon/icon.js";
import { problem, problemText } from "../problem/problem.js";

/**
 * @typedef {import("../../api/analytics.js").View} View
 * @typedef {{ page: string, params: URLSearchParams }} Here what is on the screen, and may be kept
 * @typedef {{ views: View[], renaming: string | null }} Desk
 */

const NAME = html`name="name" required maxlength="60" autocomplete="off"`;

/**
 * The views that the reader has named: keep what is on the screen, open, rename, delete.
 * @param {Here} here
 */
export function openViews(here) {
  const { element, close } = openDialog({ title: t("views.title"), body: html`<form class="form" data-form="save"><div class="field"><label for="view-name">${t("views.save-as")}</label>
    <div class="view-save"><input class="input" id="view-name" ${NAME}><button class="button button-primary">${t("action.save")}</button></div></div></form>
    <div data-part="problem" role="alert"></div><div data-part="views" role="region" aria-label="${t("views.title")}"></div>` });
  /** @type {Desk} */
  const desk = { views: [], renaming: null };
  const redraw = () => list(element, here, desk, { act, close });

  /** @param {() => Promise<unknown>} work @param {string} [focus] where to go on */
  async function act(work, focus) {
    put(one(element, "[data-part=problem]"), html``);
    try {
      await work();
      desk.renaming = null;
      desk.views = await fetchViews();
      redraw();
      const next = focus ? element.querySelector(focus) : null;
      if (next instanceof HTMLElement) next.focus();
    } catch (error) {
      put(one(element, "[data-part=problem]"), html`<div class="message message-error">${icon("alert")}<p>${problemText(error)}</p></div>`);
    }
  }
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = valueOf(form, "name").trim();
    if (!name) return;
    act(async () => {
      await saveView({ name, page: here.page, query: Object.fromEntries(here.params) });
      form.reset();
    }, "[data-form=save] input");
  });
  fetchViews().then((views) => {
    desk.views = views;
    redraw();
  }, (error) => put(one(element, "[data-part=views]"), problem(error)));
}

/**
 * @param {HTMLElement} element @param {Here} here @param {Desk} desk
 * @param {{ act: (work: () => Promise<unknown>, focus?: string) => Promise<void>, close: () => void }} hand
 */
function list(element, here, desk, { act, close }) {
  const host = one(element, "[data-part=views]");
  const redraw = () => list(element, here, desk, { act, close });
  put(host, desk.views.length === 0 ? html`<p class="quiet">${t("views.none")}</p>` : html`<ul class="view-list">${desk.views.map((view) => html`<li data-view="${view.id}">${view.id === desk.renaming ? renameForm(view) : row(view, here)}</li>`)}</ul>`);
  for (const link of host.querySelectorAll("a")) link.addEventListener("click", close);
  for (const item of host.querySelectorAll("li")) {
    const view = desk.views.find(({ id }) => id === item.dataset.view);
    if (!view) continue;
    item.querySelector("[data-act=rename]")?.addEventListener("click", () => {
      desk.renaming = view.id;
      redraw();
      const input = /** @type {HTMLInputElement} */ (one(host, "[data-form=rename] input"));
      input.select();
    });
    item.querySelector("[data-act=delete]")?.addEventListener("click", async () => {
      if (await confirmed({ title: t("views.delete-title", { name: view.name }), text: t("views.delete-text"), action: t("action.delete") })) act(() => deleteView(view.id), "[data-form=save] input");
    });
    const form = item.querySelector("form");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      act(() => renameView(view.id, valueOf(form, "name").trim()), `[data-view="${CSS.escape(view.id)}"] a`);
    });
    item.querySelector("[data-act=keep]")?.addEventListener("click", () => {
      desk.renaming = null;
      redraw();
    });
  }
}

/** @param {View} view @param {Here} here */
function row(view, here) {
  const shown = view.page === here.page && sameQuery(view.query, here.params);
  return html`<a href="${hashOf(view.page, view.query)}" ${shown && html`aria-current="true"`}>${view.name}</a>${shown && html`<span class="tag">${t("views.shown")}</span>`}
    <button type="button" class="icon-button" data-act="rename" aria-label="${t("views.rename", { name: view.name })}">${icon("edit", "icon-small")}</button>
    <button type="button" class="icon-button" data-act="delete" aria-label="${t("views.delete", { name: view.name })}">${icon("trash", "icon-small")}</button>`;
}

/** @param {View} view */
function renameForm(view) {
  return html`<form class="view-save" data-form="rename"><input class="input" value="${view.name}" aria-label="${t("views.name")}" ${NAME}><button class="button">${t("action.save")}</button><button type="button" class="button button-plain" data-act="keep">${t("action.cancel")}</button></form>`;
}

/** @param {Record<string, unknown>} query @param {URLSearchParams} params */
function sameQuery(query, params) {
  const here = [...params];
  return here.length === Object.keys(query).length && here.every(([name, value]) => query[name] === value);
}
