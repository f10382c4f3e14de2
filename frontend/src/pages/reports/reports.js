// @ts-check
import { deleteReport, downloadReport, fetchReports, generateReport } from "../../api/report.js";
import { createCard } from "../../components/card/card.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { icon } from "../../components/icon/icon.js";
import { problem, problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { has, locale, LOCALES, t } from "../../i18n/i18n.js";
import { addDays, addMonths, formatInstant, formatRange, todayIn } from "../../lib/dates.js";
import { saveBlob } from "../../lib/download.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { wait } from "../../lib/wait.js";
import { presetRange } from "../../state/filters.js";
import { prefs } from "../../state/prefs.js";

/** @typedef {import("../../api/report.js").Report} Report */

const POLL_MS = 1000;
const FORMATS = ["pdf", "docx"];
const UNDER_WAY = new Set(["queued", "running"]);
/** @type {ReadonlyArray<"last-month" | "this-month" | "3-months" | "12-months" | "this-year">} */
const PERIODS = ["last-month", "this-month", "3-months", "12-months", "this-year"];

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  const today = todayIn(prefs.value.timeZone);
  put(element, html`<div class="page"><div class="page-head"><h1>${t("nav.reports")}</h1></div>
    <section class="card" aria-labelledby="make-title"><h2 id="make-title">${t("reports.make")}</h2>${form(today)}<div data-part="problem"></div></section></div>`);
  const life = new AbortController();
  const list = createCard({ title: t("reports.list") });
  one(element, ".page").append(list.element);
  const refresh = () => list.run(() => draw(list, life.signal, refresh));
  maker(element, today, refresh);
  return { ready: refresh(), destroy: () => life.abort() };
}

/** @param {string} today */
function form(today) {
  const month = presetRange("last-month", today);
  return html`<form class="report-form">
    <div class="field"><label for="period">${t("reports.period")}</label><select class="input" id="period" name="period">${PERIODS.map((name) => html`<option value="${name}">${t(`range.${name}`)}</option>`)}<option value="custom">${t("range.custom")}</option></select></div>
    <div class="field"><label for="format">${t("reports.format")}</label><select class="input" id="format" name="format">${FORMATS.map((name) => html`<option value="${name}">${t(`reports.${name}`)}</option>`)}</select></div>
    <div class="field"><label for="locale">${t("reports.language")}</label><select class="input" id="locale" name="locale">${LOCALES.map((name) => html`<option value="${name}" ${name === locale() && html`selected`}>${t(`locale.${name}`)}</option>`)}</select></div>
    <div class="actions"><button class="button button-primary">${t("reports.make-action")}</button></div>
    <div class="report-days" hidden>
      <div class="field"><label for="from">${t("range.from")}</label><input class="input" id="from" type="date" name="from" value="${month?.from}"></div>
      <div class="field"><label for="to">${t("range.to")}</label><input class="input" id="to" type="date" name="to" value="${addDays(month?.to ?? today, -1)}"></div>
    </div></form>`;
}

/** @param {HTMLElement} element @param {string} today @param {() => Promise<void>} refresh */
function maker(element, today, refresh) {
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  one(form, "[name=period]").addEventListener("change", () => {
    one(form, ".report-days").hidden = valueOf(form, "period") !== "custom";
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (one(form, ".button-primary"));
    button.disabled = true;
    try {
      await generateReport({ ...period(form, today), format: valueOf(form, "format"), locale: valueOf(form, "locale") });
      put(one(element, "[data-part=problem]"), html``);
      toast(t("reports.started"));
      await refresh();
    } catch (error) {
      put(one(element, "[data-part=problem]"), problem(error));
    } finally {
      button.disabled = false;
    }
  });
}

/** @param {HTMLFormElement} form @param {string} today */
function period(form, today) {
  const name = valueOf(form, "period");
  const preset = PERIODS.find((known) => known === name);
  const range = preset ? presetRange(preset, today) : null;
  if (range) return range;
  const [from = today, last = today] = [valueOf(form, "from"), valueOf(form, "to")].sort();
  return { from: from || addMonths(today, -1), to: addDays(last || today, 1) };
}

/** @param {import("../../components/card/card.js").Card} card @param {AbortSignal} signal @param {() => Promise<void>} refresh */
async function draw(card, signal, refresh) {
  const { items } = await fetchReports({ limit: 50 });
  if (items.length === 0) return card.empty(t("reports.none"));
  put(card.content, html`<ul>${items.map((item) => html`<li class="report-item" data-report="${item.id}">${itemView(item)}</li>`)}</ul>`);
  for (const item of items) {
    const row = card.content.querySelector(`[data-report="${CSS.escape(item.id)}"]`);
    if (row) actions(row, item, refresh);
  }
  if (items.some((item) => UNDER_WAY.has(item.status))) wait(POLL_MS, signal).then(refresh, () => undefined);
}

/** @param {Report} item */
function itemView(item) {
  const busy = UNDER_WAY.has(item.status);
  const { done = 0, total = 0, stage = "" } = item.progress ?? {};
  const facts = [
    item.format.toUpperCase(), item.from && item.to ? formatRange(item.from, item.to, locale()) : "",
    item.size ? `${formatNumber(item.size / 1024)}\u00a0KB` : "", formatInstant(item.created_at, locale(), prefs.value.timeZone),
  ];
  const key = `report-stage.${stage}`;
  const stageName = has(key) ? t(key) : t("reports.working");
  return html`${icon("reports", "quiet")}<div class="report-text"><strong>${item.title}</strong><span class="note figure">${facts.filter(Boolean).join(" · ")}</span></div>
    <div class="actions">
      ${item.status === "succeeded" && html`<button type="button" class="button button-small" data-action="download">${icon("download", "icon-small")}${t("action.download")}</button>`}
      ${busy ? html`<span class="tag tag-accent">${stageName}${total > 0 && ` ${done}/${total}`}</span>` : html`<button type="button" class="icon-button" data-action="delete" aria-label="${t("reports.delete-named", { title: item.title })}" title="${t("action.delete")}">${icon("trash")}</button>`}
    </div>
    ${busy && html`<progress ${total > 0 && html`max="${total}" value="${done}"`} aria-label="${item.title}"></progress>`}
    ${item.status === "failed" && html`<div class="message message-error">${icon("alert")}<p>${failure(item)}</p></div>`}`;
}

/** @param {Report} item */
function failure(item) {
  const key = `report-error.${item.error?.code ?? ""}`;
  return has(key) ? t(key) : t("report-error.other");
}

/** @param {Element} row @param {Report} item @param {() => Promise<void>} refresh */
function actions(row, item, refresh) {
  row.querySelector("[data-action=download]")?.addEventListener("click", async () => {
    try {
      const { blob, name } = await downloadReport(item.id);
      saveBlob(blob, name ?? item.file_name ?? `report.${item.format}`);
    } catch (error) {
      toast(problemText(error));
    }
  });
  row.querySelector("[data-action=delete]")?.addEventListener("click", async () => {
    if (!(await confirmed({ title: t("reports.delete-title"), text: t("reports.delete-text", { title: item.title }), action: t("action.delete") }))) return;
    await deleteReport(item.id).catch((error) => toast(problemText(error)));
    await refresh();
  });
}
