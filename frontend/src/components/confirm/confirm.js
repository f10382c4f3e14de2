// @ts-check
import { t } from "../../i18n/i18n.js";
import { html, put } from "../../lib/html.js";

/**
 * True when the reader agrees to what cannot be undone. The browser's own dialog traps the focus,
 * closes on Esc and gives the focus back.
 * @param {{ title: string, text: string, action: string }} question
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, action }) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", title);
  put(dialog, html`<form method="dialog"><h2>${title}</h2><p class="quiet">${text}</p>
    <div class="actions"><button class="button" value="">${t("action.cancel")}</button><button class="button button-danger" value="yes">${action}</button></div></form>`);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
