// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import { colourEdges, toOption as calendarOption } from "../src/charts/calendar.js";
import { foldSlices, MOST_SLICES, toOption as doughnutOption } from "../src/charts/doughnut.js";
import { byRank, graphOption, treeOption } from "../src/charts/flows.js";
import { placeOf, toOption as histogramOption } from "../src/charts/histogram.js";
import { needsLog, toOption as levelsOption } from "../src/charts/levels.js";
import { amountAxis, labelStep } from "../src/charts/parts.js";
import { boxText, describe as describePlaces, extentOf, gridLines, toOption as placesOption } from "../src/charts/places.js";
import { toOption as rhythmOption } from "../src/charts/rhythm.js";
import { toOption, toTable } from "../src/charts/trend.js";

/** @type {import("../src/charts/theme.js").ChartContext} */
const CTX = {
  theme: {
    text: "#111111", text2: "#222222", text3: "#333333", divider: "#dddddd", edge: "#888888", surface: "#ffffff", sunken: "#eeeeee", accent: "#0d6484", rise: "#b42318", warning: "#8a5a00",
    font: "sans-serif", categories: ["#000000", "#000001", "#000002", "#000003", "#000004", "#000005", "#000006", "#000007", "#000008"],
    sequence: ["#100000", "#200000", "#300000", "#400000", "#500000", "#600000", "#700000"],
  },
  locale: "zh-CN", currency: "CNY", t: (key, params = {}) => (key === "chart.amount-axis" ? `金额（${params.unit}）` : key),
};
const POINTS = [{ period: "2024-01", amount: 100, count: 2 }, { period: "2024-02", amount: 20_000, count: 3 }];
const AHEAD = [{ from: "2024-03-01", to: "2024-04-01", median: 50, lower80: 40, upper80: 60, lower95: 30, upper95: 70 }];

test("the bands are drawn at 14% and 28% of the accent, the median dashed", () => {
  const { config } = toOption({ points: POINTS, lastIsOpen: false, forecast: AHEAD }, CTX);
  const sets = config.data.datasets;
  assert.deepEqual(sets.slice(1, 4).map((/** @type {any} */ set) => [set.fill.target, set.fill.above]), [[0, "#0d648424"], [1, "#0d648447"], [2, "#0d648424"]]);
  assert.ok(sets[4].borderDash);
  assert.deepEqual(sets[6].data, [100, 20_000, null]);
  assert.deepEqual(sets[4].data, [null, 20_000, 50], "the dashed line begins where the past ends");
});

test("without a forecast there is neither a rule nor a band in the legend", () => {
  const drawing = toOption({ points: POINTS, lastIsOpen: false }, CTX);
  assert.deepEqual(drawing.config.plugins, []);
  assert.deepEqual(drawing.legend?.map((entry) => entry.name), ["chart.actual"]);
});

test("the amount axis begins at 0 and says its unit", () => {
  const drawing = toOption({ points: POINTS, lastIsOpen: false }, CTX);
  assert.equal(drawing.config.options?.scales?.y?.min, 0);
  assert.equal(drawing.caption, "金额（万元）");
  assert.equal(amountAxis(500, CTX).caption, "金额（元）");
  assert.equal(amountAxis(50_000, { ...CTX, locale: "en" }).caption, "金额（¥k）");
});

test("the table behind the line has every point and span", () => {
  const table = toTable({ points: POINTS, lastIsOpen: false, forecast: AHEAD }, CTX);
  assert.equal(table.rows.length, 3);
  assert.ok(table.rows.every((row) => row.length === table.columns.length));
});

test("labels are thinned to what the width holds", () => {
  assert.equal(labelStep(12, 1000), 1);
  assert.equal(labelStep(60, 640), 6);
});

/** @param {number} amount @param {number} place */
const slice = (amount, place) => ({ id: String(place), name: `c${place}`, amount, share: amount / 100, count: 1, place, href: null });

test("a doughnut has six slices and the rest, sorted", () => {
  const folded = foldSlices([1, 9, 8, 7, 6, 5, 4, 3, 2, 0].map(slice), "rest");
  assert.equal(folded.length, MOST_SLICES + 1);
  assert.deepEqual(folded.map((one) => one.amount), [9, 8, 7, 6, 5, 4, 6]);
  assert.equal(folded.at(-1)?.name, "rest");
});

test("a seventh category is shown, not folded alone", () => {
  assert.equal(foldSlices([7, 6, 5, 4, 3, 2, 1].map(slice), "rest").at(-1)?.name, "c6");
});

test("a slice takes the colour of its category", () => {
  const { config } = doughnutOption(foldSlices([slice(1, 3), slice(2, 5)], "rest"), CTX);
  assert.deepEqual(config.data.datasets[0].backgroundColor, ["#000005", "#000003"]);
});

test("the calendar's steps hold about as many days each, and an empty day has its own colour", () => {
  assert.deepEqual(colourEdges([0, 1, 2, 3, 4, 5, 6, 700]), [1, 2, 3, 4, 5, 6, 700]);
  assert.deepEqual(colourEdges([0, 0]), [1]);
  const option = calendarOption([{ period: "2024-01-01", amount: 0 }, { period: "2024-01-02", amount: 9 }], CTX);
  assert.deepEqual(option.visualMap.pieces[0], { value: 0, color: "#eeeeee" });
});

const BINS = [{ lower: 1, upper: 10, count: 4, amount: 20, href: "#/a" }, { lower: 10, upper: 100, count: 9, amount: 300, href: "#/b" }];

test("a histogram's bars touch, begin at 0 and lead to their rows", () => {
  const drawing = histogramOption({ bins: BINS, median: 12, p90: 60, log: true }, CTX);
  assert.deepEqual([drawing.config.data.datasets[0].barPercentage, drawing.config.data.datasets[0].categoryPercentage], [1, 1]);
  assert.equal(drawing.config.options?.scales?.y?.beginAtZero, true);
  assert.deepEqual([drawing.href?.(1), drawing.href?.(2)], ["#/b", null]);
});

test("a rule stands where its amount lies in its bin, by the scale", () => {
  assert.equal(placeOf(BINS, 55, false), 1.5);
  assert.ok(Math.abs((placeOf(BINS, Math.sqrt(1000), true) ?? 0) - 1.5) < 1e-9);
  assert.equal(placeOf(BINS, 100, true), null, "no bin holds it");
});

test("a rhythm begins at 0 as a radar and as bars", () => {
  const spokes = [{ name: "Mon", amount: 60, average: 20, count: 3, occurrences: 3 }, { name: "Tue", amount: 0, average: 0, count: 0, occurrences: 3 }];
  assert.equal(rhythmOption({ spokes, form: "radar" }, CTX).config.options?.scales?.r?.beginAtZero, true);
  assert.equal(rhythmOption({ spokes, form: "bar" }, CTX).config.options?.scales?.y?.min, 0);
});

test("a tree opens two levels and its branches are as wide as their share", () => {
  const leaf = { name: "shop", amount: 100, count: 2, place: 3, href: "#/rows", children: [] };
  const root = { name: "all", amount: 100, count: 2, place: 8, href: null, children: [{ ...leaf, name: "food", children: [leaf] }] };
  const [series] = treeOption(root, CTX).series;
  assert.equal(series?.initialTreeDepth, 2);
  assert.equal(series?.data[0].children[0].lineStyle.width, 14);
  assert.equal(series?.data[0].children[0].itemStyle.color, "#000003");
});

test("what a flow folds together stands last in the list of its column", () => {
  const node = (/** @type {number} */ column, /** @type {string} */ kind, /** @type {number} */ amount) => ({ id: "", name: "", count: 1, place: null, href: null, column, kind, amount });
  const nodes = [node(2, "rest", 90), node(2, "merchant", 10), node(0, "source", 100), node(2, "merchant", 40)];
  assert.deepEqual(nodes.sort(byRank).map((one) => one.amount), [100, 40, 10, 90]);
});

test("a flow takes the colour of its category and nothing flows where nothing was spent", () => {
  const nodes = [{ id: "source:1", name: "a", amount: 5, count: 1, place: null, column: 0, href: null }, { id: "category:1", name: "b", amount: 5, count: 1, place: 2, column: 1, href: null }];
  const flows = [{ source: "source:1", target: "category:1", amount: 5, count: 1, href: null }, { source: "source:1", target: "category:1", amount: 0, count: 1, href: null }];
  const [series] = graphOption({ nodes, flows, total: 5 }, CTX).series;
  assert.deepEqual(series?.links.map((link) => link.lineStyle), [{ color: "#000002", opacity: 0.35 }]);
});

test("levels differ by colour and shape, and lead to the rows of their own set", () => {
  const point = { name: "a", frequency: 1, average: 10, amount: 10, count: 1, cluster: 0, href: "#/a" };
  const points = [point, { ...point, name: "b", average: 9_000, cluster: 2, href: "#/b" }];
  const drawing = levelsOption({ points, groups: [{ cluster: 0, name: "small" }, { cluster: 2, name: "large" }] }, CTX);
  const sets = drawing.config.data.datasets;
  assert.notEqual(sets[0].pointStyle, sets[1].pointStyle);
  assert.notEqual(sets[0].borderColor, sets[1].borderColor);
  assert.deepEqual([drawing.hrefOf?.(0, 0), drawing.hrefOf?.(1, 0), drawing.hrefOf?.(1, 1)], ["#/a", "#/b", null]);
  assert.equal(drawing.config.options?.scales?.y?.type, "logarithmic");
  assert.equal(drawing.config.options?.scales?.x?.type, "linear");
});

test("an axis is logarithmic where its values span more than a hundredfold", () => {
  assert.deepEqual([needsLog([1, 101]), needsLog([1, 100]), needsLog([0, 5]), needsLog([])], [true, false, false, false]);
});

/** @param {number} lat @param {number} lon @param {number} amount @returns {import("../src/charts/places.js").Spot} */
const spot = (lat, lon, amount) => ({ name: `${lat}`, lat, lon, amount, count: 1, share: 0.1, href: "#/x", extent: [lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05] });
const SPOTS = [spot(31.2, 121.4, 900), spot(39.9, 116.4, 50), spot(30.2, 120.1, 5)];

test("the map's first view holds every spot, and has some width around a lone one", () => {
  const [west, south, east, north] = extentOf(SPOTS);
  assert.ok(SPOTS.every(({ lat, lon }) => lat > south && lat < north && lon > west && lon < east));
  const lone = extentOf([spot(31.2, 121.4, 1)]);
  assert.ok(lone[2] - lone[0] > 0.05 && lone[3] - lone[1] > 0.05);
  assert.deepEqual(extentOf([spot(90, -180, 1), spot(-90, 180, 1)]), [-180, -90, 180, 90]);
});

test("the box of a view is written outwards in four decimals", () => {
  assert.equal(boxText([121.47371, 31.23049, 121.5, 31.30001]), "121.4737,31.2304,121.5,31.3001");
  assert.equal(boxText([-200, -100, 200, 100]), "-180,-90,180,90");
});

test("a map has a few lines at round degrees", () => {
  const lines = gridLines([116, 30, 122, 40]);
  const lons = new Set(lines.filter(({ coords: [from, to] }) => from?.[0] === to?.[0]).map(({ coords }) => coords[0]?.[0]));
  assert.ok(lons.has(118) && lons.has(120) && !lons.has(117));
  assert.ok(lines.length < 60);
});

test("the hottest cell is drawn last, in the strongest colour", () => {
  const option = placesOption({ spots: SPOTS, cities: [], form: "cells" }, CTX, { extent: extentOf(SPOTS), roam: "move" });
  const [, cells] = /** @type {any[]} */ (option.series);
  assert.deepEqual(cells.data.map((/** @type {any} */ datum) => datum.spot.amount), [5, 50, 900]);
  const coord = (/** @type {[number, number]} */ [lon, lat]) => [lon * 10, -lat * 10];
  const hottest = cells.renderItem({ dataIndex: 2 }, { coord });
  assert.equal(hottest.style.fill, CTX.theme.sequence.at(-1));
  assert.equal(cells.renderItem({ dataIndex: 0 }, { coord }).style.fill, CTX.theme.sequence[0]);
  assert.ok(hottest.shape.width >= 9, "a cell is seen from afar");
  assert.match(option.tooltip.formatter({ data: cells.data[2] }), /900/);
  assert.equal(option.tooltip.formatter({}), "");
});

test("cities are dots whose area goes by what was spent", () => {
  const option = placesOption({ spots: SPOTS, cities: SPOTS, form: "cities" }, CTX, { extent: extentOf(SPOTS), roam: "move" });
  const [, dots, names] = /** @type {any[]} */ (option.series);
  assert.ok(dots.symbolSize([0, 0, 900]) > dots.symbolSize([0, 0, 50]));
  assert.equal(names.data.length, 3);
  assert.match(describePlaces({ spots: SPOTS, cities: [], form: "cities" }, CTX), /places-label-cities/);
});
