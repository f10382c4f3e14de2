// @ts-check
import { downloadRepairFile, retryImport, unlockImport } from "../../api/ingest.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { fieldProblems, problem, problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { saveBlob } from "../../lib/download.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { importFiles, takeUp, undo } from "../../state/imports.js";

/** @typedef {import("../../api/ingest.js").Import} Import */

/**
 * Gives the buttons of an import their meaning, wherever they are drawn.
 * @param {HTMLElement} element @param {Import} result @param {() => Promise<void>} changed
 */
export function actions(element, result, changed) {
  element.querySelector("[data-action=repair]")?.addEventListener("click", () => attempt(async () => {
    const { blob, name } = await downloadRepairFile(result.id);
    saveBlob(blob, name ?? `${result.filename}-errors.csv`);
  }));
  const repaired = element.querySelector("input[name=repaired]");
  element.querySelector("[data-action=upload-repaired]")?.addEventListener("click", () => repaired instanceof HTMLInputElement && repaired.click());
  repaired?.addEventListener("change", () => {
    if (!(repaired instanceof HTMLInputElement)) return;
    importFiles([...(repaired.files ?? [])], { repairOf: result.id });
    repaired.value = "";
    if (location.hash.includes("view=")) location.hash = "#/import";
  });
  element.querySelector("[data-action=unlock]")?.addEventListener("click", () => askPassword(result));
  element.querySelector("[data-action=retry]")?.addEventListener("click", () => attempt(async () => {
    await retryImport(result.id);
    takeUp(result);
    if (location.hash.includes("view=")) location.hash = "#/import";
  }));
  const undoing = element.querySelector("[data-action=undo]");
  if (undoing instanceof HTMLButtonElement) undoing.addEventListener("click", () => takeBack(result, undoing, changed));
}

/** @param {() => Promise<void>} work */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    toast(problemText(error), { failed: true });
  }
}

/** @param {Import} result @param {HTMLButtonElement} button @param {() => Promise<void>} changed */
async function takeBack(result, button, changed) {
  const words = { name: result.filename, count: result.rows_success, number: formatNumber(result.rows_success), updated: formatNumber(result.rows_updated) };
  const text = t("import.undo-text", words) + (result.rows_updated > 0 ? t("import.undo-updated", words) : "");
  if (!(await confirmed({ title: t("import.undo-title"), text, action: t("import.undo") }))) return;
  // A million rows take a while: the button says that it goes on.
  const face = [...button.childNodes];
  button.disabled = true;
  button.textContent = t("import-status.undoing");
  await attempt(async () => {
    await undo(result.id);
    toast(t("import.undone-toast", words));
  });
  button.disabled = false;
  button.replaceChildren(...face);
  await changed();
}

/** Asks for the password of an archive until it opens. @param {Import} result */
function askPassword(result) {
  const { element, close } = openDialog({ title: t("unlock.title"), body: html`<form class="form">
    <p class="quiet">${t("unlock.text", { name: result.filename })}</p>
    <div class="field"><label for="unlock-password">${t("unlock.password")}</label><input class="input" id="unlock-password" name="password" type="password" autocomplete="off" required maxlength="200"><p class="field-hint">${t("unlock.hint")}</p></div>
    <div data-part="problem" role="alert"></div>
    <div class="actions"><button class="button button-primary">${t("unlock.action")}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  const button = /** @type {HTMLButtonElement} */ (one(form, ".button-primary"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await unlockImport(result.id, valueOf(form, "password"));
      close();
      takeUp(result);
    } catch (error) {
      const [first] = fieldProblems(error);
      put(one(form, "[data-part=problem]"), first && problemText(error) === t("error.unknown") ? html`<p class="field-error">${first.text}</p>` : problem(error));
      button.disabled = false;
      one(form, "[name=password]").focus();
    }
  });
}
