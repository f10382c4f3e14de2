// @ts-check
import { decideLink, fetchLinks } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { has, locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney } from "../../lib/money.js";
import { hashOf } from "../../state/filters.js";
import { categoryPath } from "../../components/category-select/category-select.js";
import { categoryTree } from "../../state/categories.js";
import { prefs } from "../../state/prefs.js";

/**
 * @typedef {import("../../api/ingest.js").Link} Link
 * @typedef {import("../../api/ingest.js").Expense} Expense
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 */

const STATUSES = ["proposed", "linked", "confirmed", "rejected"];
const KINDS = ["same_payment", "refund", "own_transfer"];
const PAGE = 20;
/** Reasons that are a person's word, of which nothing is to be weighed. */
const UNSCORED = new Set(["by-hand", "from-export"]);

/** Rows that may mean the same money, side by side, to confirm or to split. @param {HTMLElement} element @param {URLSearchParams} params */
export function mountLinks(element, params) {
  const life = new AbortController();
  // Of one import every link is shown; else those that ask.
  const status = params.get("status") ?? (params.get("import_id") ? "" : "proposed");
  const filter = { status, kind: params.get("kind") ?? "", import_id: params.get("import_id") ?? "" };
  put(element, html`<div class="page"><div class="page-head"><h1>${t("links.title")}</h1><a class="button button-plain" href="#/import">${t("import.back")}</a></div>
    <div class="filters"><select class="input input-compact" name="status" aria-label="${t("import.status")}"><option value="all">${t("links.any-status")}</option>${STATUSES.map((name) => html`<option value="${name}" ${name === status && html`selected`}>${t(`link-status.${name}`)}</option>`)}</select>
    <select class="input input-compact" name="kind" aria-label="${t("links.kind")}"><option value="">${t("links.any-kind")}</option>${KINDS.map((name) => html`<option value="${name}" ${name === filter.kind && html`selected`}>${t(`link-kind.${name}`)}</option>`)}</select></div></div>`);
  for (const select of element.querySelectorAll("select")) {
    select.addEventListener("change", () => { location.hash = hashOf("import", { ...Object.fromEntries(params), view: "links", [select.name]: select.value }); });
  }
  const card = createCard({ title: t("links.title") });
  one(card.element, ".card-head").classList.add("unseen");
  one(element, ".page").append(card.element);
  return { ready: card.run(() => draw(card, { ...filter, status: status === "all" ? "" : status }, life.signal)), destroy: () => life.abort() };
}

/** @param {import("../../components/card/card.js").Card} card @param {{ status: string, kind: string, import_id: string }} filter @param {AbortSignal} signal */
async function draw(card, filter, signal) {
  const [first, tree] = await Promise.all([fetchLinks({ ...filter, limit: PAGE }, signal), categoryTree().catch(() => null)]);
  if (first.items.length === 0) return card.empty(t(filter.status === "proposed" ? "links.none-waiting" : "links.none"), { href: "#/import", text: t("import.back") });
  put(card.content, html`<div data-part="pairs"></div><div data-part="more"></div>`);
  /** @param {{ items: Link[], next_cursor: string | null }} page */
  const add = (page) => {
    for (const link of page.items) pair(one(card.content, "[data-part=pairs]"), link, tree);
    const more = put(one(card.content, "[data-part=more]"), page.next_cursor ? html`<button type="button" class="button button-block">${t("action.more")}</button>` : html``);
    more.querySelector("button")?.addEventListener("click", () => card.run(async () => add(await fetchLinks({ ...filter, cursor: page.next_cursor, limit: PAGE }, signal))));
  };
  return add(first);
}

/** @param {HTMLElement} host @param {Link} link @param {CategoryTree | null} tree */
function pair(host, link, tree) {
  const element = document.createElement("section");
  element.className = "pairing";
  host.append(element);
  /** @param {string} status */
  const show = (status) => {
    put(element, html`<div class="import-line"><h2>${t(`links.question-${link.kind}`)}</h2><span class="tag">${t(`link-status.${status}`)}</span></div>
      <p class="quiet">${whyText(link)}</p>
      <div class="pairing-rows">${side(link.from, t(`links.from-${link.kind}`), tree)}${side(link.to, t(`links.to-${link.kind}`), tree)}</div>
      <div class="actions">${status !== "confirmed" && html`<button type="button" class="button button-small ${status === "proposed" && "button-primary"}" data-decide="confirmed">${t(`links.confirm-${link.kind}`)}</button>`}${status !== "rejected" && html`<button type="button" class="button button-small" data-decide="rejected">${t(`links.split-${link.kind}`)}</button>`}<span class="note">${t(`links.effect-${link.kind}`)}</span></div>`);
    for (const button of element.querySelectorAll("[data-decide]")) {
      button.addEventListener("click", () => decide(button.getAttribute("data-decide") === "confirmed" ? "confirmed" : "rejected"));
    }
  };
  /** @param {"confirmed" | "rejected"} status */
  async function decide(status) {
    try {
      await decideLink(link.id, status);
      show(status);
      toast(t(`links.${status}`));
    } catch (error) {
      toast(problemText(error), { failed: true });
    }
  }
  show(link.status);
}

/** Why the two belong together, in words. @param {Link} link */
function whyText({ reason, score }) {
  const key = `link-reason.${reason?.code ?? ""}`;
  const params = /** @type {Record<string, string | number>} */ (reason?.params ?? {});
  const why = has(key) ? t(key, params) : t("link-reason.other");
  const near = lag(params);
  return `${why}${near}${score !== null && !UNSCORED.has(reason?.code ?? "") ? t("link-reason.score", { share: `${Math.round(score * 100)}%` }) : ""}`;
}

/** How far apart in time, where the reason says so. @param {Record<string, string | number>} params */
function lag({ seconds, minutes, days }) {
  const inMinutes = minutes ?? (seconds === undefined ? undefined : Math.round(Number(seconds) / 60));
  if (inMinutes !== undefined) return t("link-reason.minutes", { count: Number(inMinutes) });
  return days === undefined ? "" : t("link-reason.days", { count: Number(days) });
}

/** @param {Expense} row @param {string} role @param {CategoryTree | null} tree */
function side(row, role, tree) {
  const source = has(`source.${row.source}`) ? t(`source.${row.source}`) : row.source;
  return html`<div class="pairing-side"><p class="note">${role}</p>
    <p class="pairing-amount figure">${formatMoney(row.amount, row.currency, { byCode: row.currency !== prefs.value.currency })}</p>
    <p>${row.merchant || row.note || t("expense.no-merchant")}</p>
    <dl class="details-list pairing-list"><div><dt>${t("expense.date")}</dt><dd class="figure">${formatInstant(row.time, locale(), prefs.value.timeZone)}</dd></div><div><dt>${t("details.source")}</dt><dd>${source}</dd></div>
    ${row.account && html`<div><dt>${t("details.account")}</dt><dd>${row.account}</dd></div>`}<div><dt>${t("expense.category")}</dt><dd>${categoryPath(tree, row.category_id) || t("category.none")}</dd></div>
    ${row.external_id && html`<div><dt>${t("details.external_id")}</dt><dd>${row.external_id}</dd></div>`}</dl></div>`;
}
