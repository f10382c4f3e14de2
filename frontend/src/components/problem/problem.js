// @ts-check
import { has, t } from "../../i18n/i18n.js";
import { ApiError } from "../../lib/errors.js";
import { html } from "../../lib/html.js";
import { ShapeError } from "../../lib/shape.js";
import { icon } from "../icon/icon.js";

/**
 * What went wrong, in the reader's language; chosen by the problem's type, never by its detail.
 * @param {unknown} error
 */
export function problemText(error) {
  if (error instanceof ApiError) {
    const key = `error.${error.slug}`;
    if (error.slug === "too-many-requests" && error.retryAfterS) return t("error.too-many-requests-wait", { seconds: error.retryAfterS });
    return has(key) ? t(key) : t("error.unknown");
  }
  if (error instanceof ShapeError) return t("error.unexpected-answer");
  return t("error.unknown");
}

/**
 * The wrong fields of a refused request, in words.
 * @param {unknown} error
 * @returns {Array<{ field: string, text: string }>}
 */
export function fieldProblems(error) {
  if (!(error instanceof ApiError)) return [];
  return error.errors.map((entry) => {
    const field = (entry.pointer ?? "").split("/").pop() ?? "";
    const byField = `field-error.${field}`;
    const byCode = `field-error.${entry.code}`;
    return { field, text: has(byCode) ? t(byCode) : has(byField) ? t(byField) : t("field-error.other") };
  });
}

/**
 * A message that stays in place until it is mended.
 * @param {unknown} error
 * @param {{ retry?: boolean }} [options] retry: with a button marked data-action="retry"
 */
export function problem(error, options = {}) {
  const requestId = error instanceof ApiError ? error.requestId : "";
  return html`<div class="message message-error" role="alert">
    ${icon("alert")}
    <div class="message-text">
      <p>${problemText(error)}</p>
      ${requestId && html`<p class="note">${t("error.request-id", { id: requestId })}</p>`}
      ${options.retry && html`<div><button type="button" class="button button-small" data-action="retry">${icon("retry", "icon-small")}${t("action.retry")}</button></div>`}
    </div>
  </div>`;
}
