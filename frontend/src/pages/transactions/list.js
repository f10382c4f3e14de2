// @ts-check
import { mountVirtualList } from "../../components/virtual-list/virtual-list.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatDay, formatWeekday } from "../../lib/dates.js";
import { html, one, put } from "../../lib/html.js";
import { formatNumber } from "../../lib/money.js";
import { prefs } from "../../state/prefs.js";
import { problem } from "../../components/problem/problem.js";
import { isAbort } from "../../lib/errors.js";
import { toast } from "../../components/toast/toast.js";
import { deleteMany, drawBulk } from "./bulk.js";
import { openDetails } from "./details.js";
import { editInPlace, save } from "./edit.js";
import { headCells, rowCells, waitingCells } from "./rows.js";
import { isChosen, joined, MOST_BY_RANGE, NOTHING, toggled } from "./selection.js";

/**
 * @typedef {import("../../api/ingest.js").Expense} Expense
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 * @typedef {import("../../state/rows.js").Rows} Rows
 */

const PHONE = "(max-width: 767px)";

/**
 * The list with what can be done in it.
 * @param {HTMLElement} host @param {{ desk: import("./edit.js").Desk, sort: (name: string) => void }} options
 */
export function mountList(host, { desk, sort }) {
  put(host, html`<div class="bulk-bar" hidden></div><div data-part="failed" role="status"></div><p class="tx-day" aria-hidden="true"></p><div data-part="list"></div><p class="note tx-foot"></p>`);
  /** @type {{ rows: Rows | null, filter: ExpenseFilter, selection: import("./selection.js").Selection, wanted: ReturnType<typeof setTimeout> | undefined, failed: boolean }} */
  const now = { rows: null, filter: {}, selection: NOTHING, wanted: undefined, failed: false };

  const list = mountVirtualList(one(host, "[data-part=list]"), {
    label: t("transactions.rows"), head: headCells("-time"), columns: 6,
    rowHeight: () => (matchMedia(PHONE).matches ? 60 : 40),
    draw: drawRow, shown, key,
  });

  /** @param {HTMLElement} row @param {number} index */
  function drawRow(row, index) {
    // Who is typing in a row is not interrupted by its being drawn.
    if (row.querySelector(".tx-editor")) return;
    const item = now.rows?.at(index);
    const chosen = item ? isChosen(now.selection, item.id) : now.selection.all;
    row.classList.toggle("is-chosen", chosen);
    row.setAttribute("aria-selected", String(chosen));
    put(row, item ? rowCells(item, { tree: desk.tree(), currency: prefs.value.currency, chosen, suggested: desk.suggestions.of(item) }) : waitingCells());
  }

  /** The day of the topmost row, for a phone, whose rows have no room for it. @param {number} first */
  function drawDay(first) {
    const top = now.rows?.at(first);
    if (top) one(host, ".tx-day").textContent = `${formatDay(top.local_date, locale())} ${formatWeekday(top.local_date, locale())}`;
  }

  /** Asks what the rows in sight might be that nobody has decided. @param {number} first @param {number} last */
  async function suggest(first, last) {
    const { rows } = now;
    const seen = Array.from({ length: Math.max(0, last - first) }, (_, at) => rows?.at(first + at)).filter((row) => row !== null && row !== undefined);
    // A list without suggestions is whole.
    const news = await desk.suggestions.ask(seen).catch(() => false);
    if (news && now.rows === rows) list.redraw();
  }

  /** @param {number} first @param {number} last @param {boolean} settled */
  function shown(first, last, settled) {
    drawDay(first);
    // While the bar flies over thousands of rows, only the place where it rests is fetched.
    clearTimeout(now.wanted);
    now.wanted = setTimeout(() => fetchRows(first, last), settled ? 0 : 100);
  }

  /** @param {number} first @param {number} last */
  async function fetchRows(first, last) {
    try {
      await now.rows?.load(first - 40, last + 40);
      if (now.failed) put(one(host, "[data-part=failed]"), html``);
      now.failed = false;
      suggest(first, last);
    } catch (error) {
      if (isAbort(error)) return;
      now.failed = true;
      const place = put(one(host, "[data-part=failed]"), problem(error, { retry: true }));
      one(place, "[data-action=retry]").addEventListener("click", () => fetchRows(first, last));
    }
  }

  /** Makes the list as long as it is, once that is known. */
  async function countAll() {
    const { rows } = now;
    try {
      await rows?.whole;
    } catch (error) {
      if (isAbort(error) || now.rows !== rows) return;
      const place = put(one(host, "[data-part=failed]"), problem(error, { retry: true }));
      one(place, "[data-action=retry]").addEventListener("click", () => desk.reload());
      return;
    }
    if (!rows || now.rows !== rows) return;
    list.setCount(rows.count());
    redraw();
  }

  function redraw() {
    list.redraw();
    drawDay(list.inSight().first);
    drawBulk(chosen());
    const all = host.querySelector("[data-action=all]");
    if (all instanceof HTMLInputElement) all.checked = now.selection.all;
  }

  /** What is done to many is done to these. */
  function chosen() {
    return { bar: one(host, ".bulk-bar"), selection: now.selection, count: now.rows?.count() ?? 0, filter: now.filter, desk, clear: () => choose(NOTHING), chooseAll };
  }

  /** @param {import("./selection.js").Selection} selection */
  function choose(selection) {
    now.selection = selection;
    redraw();
  }
  async function chooseAll() {
    // What is done to all rows must name how many they are.
    const { rows } = now;
    await countAll();
    if (now.rows === rows && rows?.isWhole()) choose({ all: true, ids: new Set(), anchor: -1 });
  }

  /** @param {number} index @param {{ range?: boolean }} [options] */
  async function toggle(index, { range = false } = {}) {
    const item = now.rows?.at(index);
    if (!item) return;
    const { anchor } = now.selection;
    if (!range || anchor < 0) return choose(toggled(now.selection, item.id, index));
    const [first, last] = [Math.min(anchor, index), Math.max(anchor, index) + 1];
    if (last - first > MOST_BY_RANGE) return toast(t("transactions.range-too-long", { number: formatNumber(MOST_BY_RANGE) }), { failed: true });
    await now.rows?.load(first, last);
    /** @type {string[]} */
    const ids = [];
    for (let at = first; at < last; at += 1) ids.push(now.rows?.at(at)?.id ?? "");
    return choose(joined(now.selection, ids.filter(Boolean)));
  }

  /** @param {number} index */
  function open(index) {
    const item = now.rows?.at(index);
    if (item) openDetails(desk, item);
  }

  /** @param {number} index @param {"category" | "merchant" | "note"} field */
  function edit(index, field) {
    const item = now.rows?.at(index);
    const row = list.element.querySelector(`[data-index="${index}"]`);
    const cell = row?.querySelector(field === "category" ? ".tx-category" : ".tx-merchant");
    // On a phone a row has no room for an editor; the panel has.
    if (item && matchMedia(PHONE).matches) return openDetails(desk, item);
    if (item && row instanceof HTMLElement && cell instanceof HTMLElement) editInPlace(desk, cell, item, field, () => drawRow(row, index));
  }

  /** @param {number} index */
  async function take(index) {
    const item = now.rows?.at(index);
    const suggested = item ? desk.suggestions.of(item) : null;
    if (item && suggested) await save(desk, item, { category_id: suggested.category_id });
  }

  /** @param {KeyboardEvent} event @param {number} active */
  function key(event, active) {
    const some = now.selection.all || now.selection.ids.size > 0;
    if (event.shiftKey && ["ArrowDown", "ArrowUp"].includes(event.key)) return void toggle(active, { range: true });
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return void chooseAll();
    }
    if (event.key === "Escape" && some) return choose(NOTHING);
    if (event.key === "Delete" && some) return void deleteMany(chosen());
    if (active < 0 || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    /** @type {Record<string, () => void>} */
    const acts = { " ": () => toggle(active, { range: event.shiftKey }), Enter: () => open(active), F2: () => edit(active, "category"), c: () => edit(active, "category"), m: () => edit(active, "merchant"), n: () => edit(active, "note"), s: () => take(active) };
    const act = acts[event.key];
    if (!act) return undefined;
    event.preventDefault();
    return act();
  }

  list.element.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const sorted = event.target.closest("[data-sort]");
    if (sorted) return sort(sorted.getAttribute("data-sort") ?? "");
    if (event.target.closest("[data-action=all]")) return now.selection.all ? choose(NOTHING) : void chooseAll();
    const row = event.target.closest("[data-index]");
    if (!(row instanceof HTMLElement) || event.target.closest(".tx-editor")) return undefined;
    const index = Number(row.dataset.index);
    list.activate(index);
    if (event.target.closest(".tx-check") || event.ctrlKey || event.metaKey || event.shiftKey) {
      event.preventDefault();
      // The box shows what is chosen once the click is over.
      return void setTimeout(() => toggle(index, { range: event.shiftKey }));
    }
    if (event.target.closest("[data-action=take]")) return void take(index);
    if (event.target.closest("[data-edit=category]")) return edit(index, "category");
    return event.detail < 2 ? openLater(index) : undefined;
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let opening;
  /** A second click edits instead. @param {number} index */
  function openLater(index) {
    clearTimeout(opening);
    opening = setTimeout(() => open(index), 220);
  }
  list.element.addEventListener("dblclick", (event) => {
    const cell = event.target instanceof Element ? event.target.closest("[data-edit]") : null;
    const row = cell?.closest("[data-index]");
    if (!(row instanceof HTMLElement) || !cell) return;
    clearTimeout(opening);
    edit(Number(row.dataset.index), cell.getAttribute("data-edit") === "note" ? "note" : "merchant");
  });

  return {
    redraw,
    /** @param {Expense} row */
    replace: (row) => now.rows?.replace(row),
    focus: () => list.element.focus({ preventScroll: true }),
    /** @param {Rows} rows @param {ExpenseFilter} filter @param {{ keepPlace: boolean }} options */
    async show(rows, filter, { keepPlace }) {
      now.rows = rows;
      now.filter = filter;
      now.selection = NOTHING;
      put(one(list.element, ".vlist-head .vlist-row"), headCells(filter.sort ?? "-time"));
      put(one(host, "[data-part=failed]"), html``);
      one(host, ".tx-foot").textContent = t("transactions.keys");
      if (!keepPlace) list.toTop();
      // Who is deep in the list stays there; who begins sees the first rows before all are counted.
      if (keepPlace && !rows.isWhole()) await rows.whole;
      const { first, last } = list.inSight();
      await rows.load(first, Math.max(last, 1));
      list.setCount(rows.count(), { more: !rows.isWhole() });
      redraw();
    },
    countAll,
    destroy() {
      clearTimeout(now.wanted);
      clearTimeout(opening);
      list.destroy();
    },
  };
}
