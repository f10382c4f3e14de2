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
 * Says that something was done; gone after five seconds.
 * @param {string} text
 */
export function toast(text) {
  const element = document.createElement("div");
  element.className = "toast";
  put(element, html`${icon("check", "success-text")}<span>${text}</span>`);
  host().append(element);
  setTimeout(() => element.remove(), SHOWN_MS);
}
