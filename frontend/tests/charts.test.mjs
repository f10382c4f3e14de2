// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import { colourEdges, toOption as calendarOption } from "../src/charts/calendar.js";
import { foldSlices, MOST_SLICES, toOption as doughnutOption } from "../src/charts/doughnut.js";
import { amountAxis, labelStep } from "../src/charts/parts.js";
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
