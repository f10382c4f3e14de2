// @ts-check
import { fetchHeatmap } from "../../api/analytics.js";
import * as map from "../../charts/places.js";
import { chartContext } from "../../charts/theme.js";
import { barList } from "../../components/bar-list/bar-list.js";
import { toast } from "../../components/toast/toast.js";
import { locale, t } from "../../i18n/i18n.js";
import { isAbort } from "../../lib/errors.js";
import { html, one, put } from "../../lib/html.js";
import { formatMoney, formatNumber, formatPercent } from "../../lib/money.js";
import { rememberCities } from "../../state/cities.js";
import { rowsHref } from "../../state/filters.js";
import { freshHost, nothing } from "./tabs.js";

/**
 * @typedef {import("./analysis.js").View} View
 * @typedef {import("../../api/analytics.js").HeatMap} HeatMap
 * @typedef {HeatMap["items"][number]} Item
 */

const RANKED = 12;
const TABLE_ROWS = 200;

/** @param {number} degrees @param {string} positive @param {string} negative */
function degreesText(degrees, positive, negative) {
  return `${formatNumber(Math.abs(degrees), 4, 0)}°${degrees < 0 ? negative : positive}`;
}

/** @param {Item} item */
function nameOf(item) {
  if (item.name === null) return `${degreesText(item.lat, "N", "S")} ${degreesText(item.lon, "E", "W")}`;
  return (locale() === "en" ? item.name_en : item.name) ?? item.key;
}

/** A city with its country where that is not the reader's own. @param {Item} item */
function fullName(item) {
  if (!item.code || item.code === "CN") return nameOf(item);
  return t("map.city-abroad", { city: nameOf(item), country: new Intl.DisplayNames([locale()], { type: "region" }).of(item.code) ?? item.code });
}

/** @param {Item} item @returns {map.Spot} */
function spotOf(item) {
  const box = item.name === null ? /** @type {map.Extent} */ (item.key.split(",").map(Number)) : undefined;
  return { name: box ? nameOf(item) : fullName(item), lat: item.lat, lon: item.lon, amount: item.amount, count: item.count, share: item.share, href: rowsHref(item.filter), ...(box ? { extent: box } : {}) };
}

/** @param {View} view */
export async function drawPlaces(view) {
  const { card, scope, params, signal, keep } = view;
  const wantsCells = params.get("map") !== "cities";
  const [cities, cells] = await Promise.all([fetchHeatmap({ ...scope, by: "city" }, signal), wantsCells ? fetchHeatmap({ ...scope, by: "coordinate" }, signal) : null]);
  if (cities.count === 0) return nothing(view);
  rememberCities(cities.items);
  const drawn = cells && cells.items.length > 0 ? cells : cities;
  if (drawn.items.length === 0) return nothing(view, "empty.no-places");
  const form = drawn === cells ? "cells" : "cities";
  const { currency } = cities;
  const host = freshHost(card.content);
  put(host, html`<div class="map-and-list"><div data-part="map"></div><div>${ranking(cities)}</div></div>`);
  const places = { spots: drawn.items.map(spotOf), cities: cities.items.map((item) => ({ ...spotOf(item), name: nameOf(item) })), form: /** @type {"cells" | "cities"} */ (form) };
  keep(await map.mount(one(host, "[data-part=map]"), places, chartContext(currency), {
    open: (href) => { location.hash = href; },
    // Under a filter by box the map shows what lies in it, at one size.
    closer: async (box) => (params.get("bbox") ? null : cellsIn(box, { ...scope, by: "coordinate" }, signal)),
  }));
  answer(card, cities);
  card.table(table(drawn, form));
}

/** The cells of a box that was zoomed to. @param {string} box @param {Parameters<typeof fetchHeatmap>[0]} query @param {AbortSignal} signal */
async function cellsIn(box, query, signal) {
  try {
    return (await fetchHeatmap({ ...query, bbox: box }, signal)).items.map(spotOf);
  } catch (error) {
    if (!isAbort(error)) toast(t("map.no-closer"), { failed: true });
    return null;
  }
}

/** @param {HeatMap} cities */
function ranking({ items, unlocated, currency, total }) {
  const greatest = Math.max(1e-9, items[0]?.amount ?? 0, unlocated.amount);
  const bars = items.slice(0, RANKED).map((item, index) => ({
    rank: index + 1, name: fullName(item), value: formatMoney(item.amount, currency), share: formatPercent(item.share), length: Math.max(0, item.amount) / greatest, href: rowsHref(item.filter),
  }));
  const rest = unlocated.count > 0 ? [{
    name: t("city.none"), value: formatMoney(unlocated.amount, currency), share: formatPercent(total > 0 ? unlocated.amount / total : null), length: Math.max(0, unlocated.amount) / greatest,
    colour: "var(--cat-8)", href: unlocated.filter ? rowsHref(unlocated.filter) : undefined,
  }] : [];
  return html`<h3 class="map-heading">${t("map.ranking")}</h3>${barList([...bars, ...rest])}`;
}

/** @param {import("../../components/card/card.js").Card} card @param {HeatMap} cities */
function answer(card, { items, unlocated, currency, count }) {
  const [first] = items;
  const known = first ? t("analysis.places-answer", { name: nameOf(first), amount: formatMoney(first.amount, currency), share: formatPercent(first.share), cities: t("map.city-count", { count: items.length }) }) : "";
  card.answer(known + (unlocated.count > 0 ? t("analysis.places-unlocated", { share: formatPercent(unlocated.count / count) }) : ""));
}

/** @param {HeatMap} drawn @param {"cells" | "cities"} form */
function table({ items, currency }, form) {
  return {
    caption: t("analysis.places"),
    columns: [{ name: t(form === "cells" ? "map.cell" : "map.city") }, { name: t("table.amount"), number: true }, { name: t("table.share"), number: true }, { name: t("table.count"), number: true }],
    rows: items.slice(0, TABLE_ROWS).map((item) => [form === "cells" ? nameOf(item) : fullName(item), formatMoney(item.amount, currency), formatPercent(item.share), formatNumber(item.count)]),
  };
}
