// @ts-check
import { fetchDeletions, restoreDeletion } from "../../api/ingest.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { noteSeq } from "../../state/freshness.js";
import { prefs } from "../../state/prefs.js";

const OFFERED_FOR_MS = 86_400_000;

/**
 * Takes a deletion of many rows back.
 * @param {string} id @param {Pick<import("./edit.js").Desk, "reload">} desk
 */
export async function restore(id, desk) {
  try {
    const { changed, last_seq: seq } = await restoreDeletion(id);
    noteSeq(seq);
    toast(t("transactions.restored", { count: changed, number: formatNumber(changed) }));
    await desk.reload();
  } catch (error) {
    toast(problemText(error), { failed: true });
  }
}

/**
 * Offers the last deletion of the past day to be taken back, longer than a toast does.
 * @param {HTMLElement} host @param {Pick<import("./edit.js").Desk, "reload">} desk @param {AbortSignal} signal
 */
export async function drawDeleted(host, desk, signal) {
  const [last] = await fetchDeletions(signal).catch(() => []);
  if (signal.aborted) return;
  put(host, html``);
  const at = Date.parse(last?.created_at ?? "");
  if (!last || !(Date.now() - at < OFFERED_FOR_MS)) return;
  const words = { count: last.rows, number: formatNumber(last.rows), time: formatInstant(last.created_at, locale(), prefs.value.timeZone) };
  put(host, html`<div class="message">${icon("trash")}<div class="message-text"><p>${t("transactions.deleted-at", words)}</p><div><button type="button" class="button button-small" data-action="restore">${icon("undo", "icon-small")}${t("transactions.restore")}</button></div></div></div>`);
  const button = /** @type {HTMLButtonElement} */ (one(host, "[data-action=restore]"));
  button.addEventListener("click", () => {
    button.disabled = true;
    restore(last.id, desk);
  });
}
