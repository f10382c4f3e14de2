// @ts-check
import { addCategory, changeCategory, deleteCategory, mergeCategory } from "../../api/ingest.js";
import { categoryOptions } from "../../components/category-select/category-select.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { icon } from "../../components/icon/icon.js";
import { fieldProblems, problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { categoryName, t } from "../../i18n/i18n.js";
import { ApiError } from "../../lib/errors.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { noteSeq } from "../../state/freshness.js";
import { subtreeOf } from "./moves.js";

/**
 * @typedef {import("../../api/ingest.js").Category} Category
 * @typedef {import("./tree.js").TreeOptions} TreeOptions
 */

/** Why a change of the tree was refused; the field says it better than the request. @param {unknown} error */
export function why(error) {
  if (error instanceof ApiError && error.slug === "conflict") return t("categories.in-use");
  const [first] = fieldProblems(error);
  return first ? first.text : problemText(error);
}

/**
 * A question with one field; stays open with the reason while the service refuses the answer.
 * @param {{ title: string, text?: string, field: unknown, action: string, send: (form: HTMLFormElement) => Promise<void> }} question
 */
function ask({ title, text, field, action, send }) {
  const { element, close } = openDialog({ title, body: html`<form class="form">${text && html`<p class="quiet">${text}</p>`}${field}<div data-part="problem" role="alert"></div><div class="actions"><button class="button button-primary">${action}</button></div></form>` });
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await send(form);
      close();
    } catch (error) {
      put(one(form, "[data-part=problem]"), html`<div class="message message-error">${icon("alert")}<p>${why(error)}</p></div>`);
    }
  });
}

/** @param {string} value */
const nameField = (value) => html`<div class="field"><label for="c-name">${t("categories.name")}</label><input class="input" id="c-name" name="name" value="${value}" required maxlength="60" pattern="[^\\/]+" autocomplete="off"></div>`;

/** @param {TreeOptions} options @param {Category} category */
export function rename(options, category) {
  ask({
    title: t("categories.rename"), field: nameField(categoryName(category)), action: t("action.save"),
    async send(form) {
      const name = valueOf(form, "name").trim();
      // A default category that keeps its shown name keeps its translation.
      if (name !== categoryName(category)) await changeCategory(category.id, { name });
      await options.reload(category.id);
    },
  });
}

/** @param {TreeOptions} options @param {Category | null} parent null: at the top */
export function addBelow(options, parent) {
  ask({
    title: parent ? t("categories.add-below-named", { name: categoryName(parent) }) : t("categories.add"), field: nameField(""), action: t("categories.add-action"),
    async send(form) {
      const made = await addCategory({ name: valueOf(form, "name").trim(), parent_id: parent?.id ?? null });
      await options.reload(made.id);
    },
  });
}

/** @param {TreeOptions} options @param {Category} category */
export function moveTo(options, category) {
  ask({
    title: t("categories.move-named", { name: categoryName(category) }), action: t("categories.move"),
    field: html`<div class="field"><label for="c-parent">${t("categories.parent")}</label><select class="input" id="c-parent" name="parent"><option value="">${t("categories.top")}</option>${categoryOptions(options.tree, category.parent_id, { without: subtreeOf(options.tree, category.id) })}</select></div>`,
    async send(form) {
      await changeCategory(category.id, { parent_id: valueOf(form, "parent") || null });
      await options.reload(category.id);
    },
  });
}

/** @param {TreeOptions} options @param {Category} category */
export function merge(options, category) {
  ask({
    title: t("categories.merge-named", { name: categoryName(category) }), text: t("categories.merge-text", { name: categoryName(category) }), action: t("categories.merge"),
    field: html`<div class="field"><label for="c-into">${t("categories.into")}</label><select class="input" id="c-into" name="into">${categoryOptions(options.tree, category.parent_id, { without: subtreeOf(options.tree, category.id) })}</select></div>`,
    async send(form) {
      const into = valueOf(form, "into");
      const { moved, last_seq: seq } = await mergeCategory(category.id, into);
      noteSeq(seq);
      toast(t("categories.merged", { count: moved, number: formatNumber(moved) }));
      await options.reload(into);
      await options.rulesChanged();
    },
  });
}

/** @param {TreeOptions} options @param {Category} category */
export async function remove(options, category) {
  const parent = category.parent_id ? options.tree.byId.get(category.parent_id) : undefined;
  const heir = parent ? categoryName(parent) : t("category.other");
  if (!(await confirmed({ title: t("categories.delete-title", { name: categoryName(category) }), text: t("categories.delete-text", { heir }), action: t("action.delete") }))) return;
  try {
    await deleteCategory(category.id);
    toast(t("categories.deleted", { name: categoryName(category) }));
    await options.reload(parent?.id ?? null);
    await options.rulesChanged();
  } catch (error) {
    toast(why(error), { failed: true });
  }
}
