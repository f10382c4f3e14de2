// @ts-check
import { fetchImportErrors } from "../../api/ingest.js";
import { problem } from "../../components/problem/problem.js";
import { has, locale, t } from "../../i18n/i18n.js";
import { html, put } from "../../lib/html.js";

/** @typedef {import("../../api/ingest.js").ImportError} ImportError */

/**
 * The rows that were refused or left out, each with its number and the reason; more on demand.
 * @param {HTMLElement} element @param {string} importId @param {{ kind: "error" | "ignored" }} options
 */
export function mountErrors(element, importId, { kind }) {
  /** @type {ImportError[]} */
  const shown = [];
  /** @param {string | null} cursor */
  async function more(cursor) {
    try {
      const page = await fetchImportErrors(importId, { cursor, limit: 20, kind: kind === "ignored" ? kind : undefined });
      shown.push(...page.items.filter((item) => item.kind === kind));
      put(element, shown.length > 0 ? table(shown, page.next_cursor !== null) : html`<p class="note">${t("import.none-of-kind")}</p>`);
      element.querySelector("[data-action=more]")?.addEventListener("click", () => more(page.next_cursor));
    } catch (error) {
      put(element, problem(error, { retry: true }));
      element.querySelector("[data-action=retry]")?.addEventListener("click", () => more(cursor));
    }
  }
  more(null);
}

/** @param {readonly ImportError[]} items @param {boolean} hasMore */
function table(items, hasMore) {
  return html`<div class="table-wrap import-errors" tabindex="0" role="region" aria-label="${t("import.left-out")}"><table class="table">
    <thead><tr><th scope="col" class="number">${t("import.row")}</th><th scope="col">${t("import.reason")}</th><th scope="col">${t("import.raw")}</th></tr></thead>
    <tbody>${items.map((item) => html`<tr><td class="number">${item.sheet ? `${item.sheet} · ` : ""}${item.row ?? "—"}</td><td>${reason(item)}</td><td class="import-raw">${item.raw ?? ""}</td></tr>`)}</tbody>
  </table></div>${hasMore && html`<button type="button" class="button button-small" data-action="more">${t("action.more")}</button>`}`;
}

/**
 * Why a row was not read, and what to do about it. The service wrote its sentence in the language of the day of the import,
 * with the bad value in it; a reader of the other language gets the same by code.
 * @param {{ code: string, detail: string, suggestion?: string | null, field?: string | null }} item
 */
export function reason(item) {
  const key = `row-error.${item.code}`;
  const quoted = /[“"「]([^”"」]*)[”"」]/.exec(item.detail)?.[1];
  if (item.detail && isReadable(item.detail)) {
    return item.suggestion && isReadable(item.suggestion) ? join(item.detail, item.suggestion) : item.detail;
  }
  const text = has(key) ? t(key) : t("row-error.other", { field: item.field ?? "" });
  return quoted ? `${text} ${t("row-error.value", { value: quoted })}` : text;
}

/** Whether a sentence is in the reader's language; what it quotes may be in any. @param {string} sentence */
function isReadable(sentence) {
  const chinese = /[\u4e00-\u9fff]/.test(sentence.replace(/[“"「][^”"」]*[”"」]/g, ""));
  return chinese === (locale() === "zh-CN");
}

/** @param {string} first @param {string} second */
function join(first, second) {
  return locale() === "zh-CN" ? `${first}${second}` : `${first} ${second}`;
}
