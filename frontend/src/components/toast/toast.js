// @ts-check
import { html, put } from "../../lib/html.js";
import { icon } from "../icon/icon.js";

const SHOWN_MS = 5000;

function host() {
  const found = document.querySelector(".toasts");
  if (found) return found;
  const made = document.createElement("div");
  made.className = "toasts";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

/**
 * Says that something was done; gone after five seconds, or later while the pointer or the focus is on it.
 * @param {string} text
 * @param {{ action?: { text: string, run: () => void }, failed?: boolean }} [options]
 */
export function toast(text, { action, failed = false } = {}) {
  const element = document.createElement("div");
  element.className = "toast";
  put(element, html`${failed ? icon("alert", "error-text") : icon("check", "success-text")}<span>${text}</span>${action && html`<button type="button" class="button button-plain button-small" data-action="toast">${action.text}</button>`}`);
  host().append(element);
  element.querySelector("button")?.addEventListener("click", () => {
    element.remove();
    action?.run();
  });
  const leave = () => {
    if (element.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else element.remove();
  };
  setTimeout(leave, SHOWN_MS);
}
