// @ts-check
import { t } from "../../i18n/i18n.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { dataTable } from "../data-table/data-table.js";
import { icon } from "../icon/icon.js";
import { problem } from "../problem/problem.js";
import { savePicture } from "./picture.js";

const SKELETON_AFTER_MS = 200;
let serial = 0;

/**
 * @typedef {object} CardOptions
 * @property {string} title
 * @property {string} [className]
 * @property {{ href: string, text: string }} [link]
 * @property {string} [picture] the name of the file, without its end, in which the chart can be saved as a picture
 *
 * @typedef {object} Card
 * @property {HTMLElement} element
 * @property {HTMLElement} content what draws itself goes here
 * @property {(text: string) => void} answer the chart's message in one sentence
 * @property {(text: string) => void} foot unit and freshness
 * @property {(data: import("../data-table/data-table.js").TableData | null) => void} table
 * @property {(reason: string, action?: { href: string, text: string }) => void} empty
 * @property {(work: () => Promise<void>) => Promise<void>} run draws; shows loading and failure, keeps the old drawing under both
 */

/** @param {CardOptions} options @returns {Card} */
export function createCard({ title, className = "", link, picture }) {
  serial += 1;
  const titleId = `card-title-${serial}`;
  const element = document.createElement("section");
  element.className = `card ${className}`;
  element.setAttribute("aria-labelledby", titleId);
  put(element, html`
    <div class="card-head">
      <h2 id="${titleId}">${title}</h2>
      <div class="card-tools">
        <button type="button" class="button button-plain button-small" data-part="table-button" aria-expanded="false" hidden>${t("action.show-table")}</button>
        ${picture && html`<button type="button" class="button button-plain button-small" data-part="picture-button" hidden>${t("action.save-picture")}</button>`}
        ${link && html`<a class="button button-plain button-small" href="${link.href}">${link.text}</a>`}
      </div>
      <p class="card-answer" hidden></p>
    </div>
    <div data-part="status"></div>
    <div class="card-content"></div>
    <div class="card-table table-wrap" tabindex="0" role="region" aria-labelledby="${titleId}" hidden></div>
    <p class="card-foot" hidden></p>`);
  return behaviour(element, picture);
}

/** @param {HTMLElement} element @param {string} [pictureName] @returns {Card} */
function behaviour(element, pictureName = "") {
  const content = one(element, ".card-content");
  const status = one(element, "[data-part=status]");
  const tableButton = one(element, "[data-part=table-button]");
  const tableHost = one(element, ".card-table");
  const pictureButton = element.querySelector("[data-part=picture-button]");
  let drawn = false;

  tableButton.addEventListener("click", () => {
    const open = tableHost.hidden;
    tableHost.hidden = !open;
    content.hidden = open;
    tableButton.setAttribute("aria-expanded", String(open));
    tableButton.textContent = t(open ? "action.show-chart" : "action.show-table");
    offerPicture();
  });
  pictureButton?.addEventListener("click", async () => {
    try {
      await savePicture(element, pictureName);
    } catch (error) {
      put(status, problem(error));
    }
  });

  /** The chart can be saved while it is what one sees. */
  function offerPicture() {
    pictureButton?.toggleAttribute("hidden", content.hidden || !drawn || content.querySelector(".empty") !== null);
  }

  /** @param {HTMLElement} target @param {string} text */
  const write = (target, text) => {
    target.textContent = text;
    target.hidden = text === "";
  };

  /** @type {Card} */
  const card = {
    element,
    content,
    answer: (text) => write(one(element, ".card-answer"), text),
    foot: (text) => write(one(element, ".card-foot"), text),
    table(data) {
      tableButton.hidden = data === null;
      if (data) put(tableHost, dataTable(data));
      else tableHost.hidden = true;
      if (tableHost.hidden) content.hidden = false;
    },
    empty(reason, action) {
      card.answer("");
      card.foot("");
      card.table(null);
      put(content, html`<div class="empty">${icon("empty")}<p>${reason}</p>${action && html`<a class="button button-small" href="${action.href}">${action.text}</a>`}</div>`);
    },
    async run(work) {
      const timer = setTimeout(() => {
        content.setAttribute("aria-busy", "true");
        content.classList.toggle("is-busy", drawn);
        // The work may have begun to draw: then its own element is there, and stays.
        if (!drawn && content.childElementCount === 0) put(content, html`<div class="skeleton"></div>`);
      }, SKELETON_AFTER_MS);
      try {
        await work();
        drawn = true;
        offerPicture();
        put(status, html``);
        content.classList.remove("is-dimmed");
      } catch (error) {
        if (isAbort(error)) return;
        fail(error, () => card.run(work));
      } finally {
        clearTimeout(timer);
        content.removeAttribute("aria-busy");
        content.classList.remove("is-busy");
      }
    },
  };

  /** @param {unknown} error @param {() => void} retry */
  function fail(error, retry) {
    if (!drawn) put(content, html``);
    content.classList.toggle("is-dimmed", drawn);
    put(status, problem(error, { retry: true }));
    one(status, "[data-action=retry]").addEventListener("click", retry, { once: true });
  }
  return card;
}
