// @ts-check
import { t } from "../../i18n/i18n.js";
import { html, put } from "../../lib/html.js";
import { icon } from "../icon/icon.js";

/**
 * A dialog of the browser: it traps the focus, closes on Esc and gives the focus back. On a phone it
 * is a sheet at the bottom; as a panel it stands at the right edge of a wide window.
 * @param {{ title: string, body: unknown, kind?: "dialog" | "panel", wide?: boolean }} options
 * @returns {{ element: HTMLDialogElement, close: () => void, closed: Promise<void> }}
 */
export function openDialog({ title, body, kind = "dialog", wide = false }) {
  const element = document.createElement("dialog");
  element.className = kind === "panel" ? "panel" : `dialog ${wide ? "dialog-wide" : ""}`;
  element.setAttribute("aria-label", title);
  put(element, html`<div class="dialog-head"><h2>${title}</h2><button type="button" class="icon-button" data-action="close" aria-label="${t("action.close")}">${icon("close")}</button></div><div class="dialog-body">${body}</div>`);
  document.body.append(element);
  element.querySelector("[data-action=close]")?.addEventListener("click", () => element.close());
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  // Who leaves the page leaves its questions too.
  const leave = () => element.close();
  addEventListener("hashchange", leave);
  element.showModal();
  // The first thing to do is the form's, not the closing cross.
  const first = element.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea):not([disabled])");
  if (first instanceof HTMLElement && kind === "dialog") first.focus();
  const closed = new Promise((/** @type {(value: void) => void} */ resolve) => {
    element.addEventListener("close", () => {
      removeEventListener("hashchange", leave);
      element.remove();
      resolve();
    }, { once: true });
  });
  return { element, close: () => element.close(), closed };
}
