// @ts-check
import { fetchCount } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { icon } from "../../components/icon/icon.js";
import { t } from "../../i18n/i18n.js";
import { slashSearches } from "../../lib/focus.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney, formatNumber } from "../../lib/money.js";
import { categoryTree } from "../../state/categories.js";
import { prefs } from "../../state/prefs.js";
import { openRows } from "../../state/rows.js";
import { createSuggestions } from "../../state/suggestions.js";
import { openAdd } from "./add.js";
import { drawDeleted } from "./deleted.js";
import { anySet, change, controls, filterOf } from "./filters.js";
import { mountList } from "./list.js";

/**
 * @typedef {import("../../state/categories.js").CategoryTree} CategoryTree
 * @typedef {import("../../api/ingest.js").ExpenseFilter} ExpenseFilter
 */

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  put(element, html`<div class="page transactions"><div class="page-head"><h1>${t("nav.transactions")}</h1><p class="transactions-total figure" role="status"></p>
    <button type="button" class="button button-primary" data-action="add">${icon("plus", "icon-small")}${t("transactions.add")}</button></div>
    <div class="filters"></div><div data-part="suggestion" role="status"></div><div data-part="deleted"></div></div>`);
  const card = createCard({ title: t("transactions.rows"), className: "transactions-card" });
  one(card.element, ".card-head").classList.add("unseen");
  one(element, ".page").append(card.element);
  const state = { calls: new AbortController(), params, tree: /** @type {CategoryTree | null} */ (null), shown: "" };
  /** @type {ReturnType<typeof mountList> | null} */
  let list = null;

  /** @type {import("./edit.js").Desk} */
  const desk = {
    tree: () => state.tree,
    suggestions: createSuggestions(),
    replace: (row) => list?.replace(row),
    reload: () => draw(true),
    suggestion: one(element, "[data-part=suggestion]"),
    focusList: () => list?.focus(),
  };

  /** @param {boolean} keepPlace the same rows again, where the reader is */
  async function draw(keepPlace) {
    state.calls.abort();
    state.calls = new AbortController();
    const { signal } = state.calls;
    const filter = filterOf(state.params);
    state.tree = await categoryTree().catch(() => null);
    if (signal.aborted) return;
    if (!keepPlace) controls(one(element, ".filters"), state.params, state.tree);
    drawTotal(one(element, ".transactions-total"), filter, signal);
    drawDeleted(one(element, "[data-part=deleted]"), desk, signal);
    let counted = Promise.resolve();
    await card.run(async () => {
      const rows = await openRows(filter, { signal, changed: () => list?.redraw() });
      if (signal.aborted) return;
      if (rows.count() === 0) {
        list?.destroy();
        list = null;
        return nothing(card, state.params);
      }
      if (!list || !card.content.querySelector(".vlist")) {
        list?.destroy();
        list = mountList(card.content, { desk, sort: (name) => change(state.params, { sort: name }) });
      }
      await list.show(rows, filter, { keepPlace });
      // The rows may be read while the others are counted.
      counted = list.countAll();
    });
    await counted;
  }

  const endSearch = slashSearches(element);
  one(element, "[data-action=add]").addEventListener("click", () => openAdd(desk));
  return {
    ready: draw(false),
    async update(next) {
      // The same address again: only the theme changed, and the list draws with tokens.
      if (next.toString() === state.params.toString() && list) return list.redraw();
      state.params = next;
      return draw(false);
    },
    destroy() {
      state.calls.abort();
      list?.destroy();
      endSearch();
    },
  };
}

/** @param {import("../../components/card/card.js").Card} card @param {URLSearchParams} params */
function nothing(card, params) {
  const filtered = anySet(params);
  card.empty(t(filtered ? "empty.no-match" : "empty.no-rows"), filtered ? { href: "#/transactions", text: t("transactions.clear") } : { href: "#/import", text: t("empty.no-rows-action") });
}

/**
 * How many rows, and what they amount to. Unlike kinds are not added: without a filter by kind the
 * amount is that of the expenses, less what was refunded.
 * @param {HTMLElement} element @param {ExpenseFilter} filter @param {AbortSignal} signal
 */
async function drawTotal(element, filter, signal) {
  element.textContent = "";
  const found = await fetchCount(filter, signal).catch(() => null);
  if (!found || signal.aborted) return;
  const direction = filter.direction ?? "expense";
  const sums = /** @type {Record<string, string>} */ (found.net_by_direction[direction] ?? {});
  const amounts = Object.entries(sums).map(([currency, value]) => formatMoney(value, currency, { byCode: currency !== prefs.value.currency }));
  put(element, html`${t("transactions.total", { count: found.count, number: formatNumber(found.count) })}${amounts.length > 0 && html` · ${t(`direction.${direction}`)} <strong>${amounts.join(" + ")}</strong>`}`);
}
