// @ts-check
import { classify } from "../../api/ingest.js";
import { openDialog } from "../../components/dialog/dialog.js";
import { problem } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { t } from "../../i18n/i18n.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { noteSeq } from "../../state/freshness.js";

/** Counts what the model would decide of the rows that nobody has decided, and lets it. */
export async function askClassify() {
  const call = new AbortController();
  const { element, close, closed } = openDialog({ title: t("classify.title"), body: html`<form class="form"><p class="quiet">${t("classify.text")}</p>
    <p data-part="count" role="status">${t("classify.counting")}</p>
    <div class="actions"><button class="button button-primary" disabled>${t("classify.action")}</button></div></form>` });
  closed.then(() => call.abort());
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  const place = one(form, "[data-part=count]");
  const button = /** @type {HTMLButtonElement} */ (one(form, ".button-primary"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    put(place, html`${t("classify.working")}`);
    await shown(place, async () => {
      const done = await classify({ dryRun: false }, call.signal);
      noteSeq(done.last_seq);
      close();
      toast(t("rules.applied", { count: done.decided, number: formatNumber(done.decided) }));
    });
  });
  await shown(place, async () => {
    const { decided, open_rows: open, status } = await classify({ dryRun: true }, call.signal);
    if (status === "failed") return put(place, html`${t("classify.failed")}`);
    button.disabled = decided === 0;
    return put(place, html`${t("classify.count", { count: decided, number: formatNumber(decided), open: formatNumber(open) })}`);
  });
}

/** @param {HTMLElement} place @param {() => Promise<unknown>} work */
async function shown(place, work) {
  try {
    await work();
  } catch (error) {
    if (!isAbort(error)) put(place, problem(error));
  }
}
