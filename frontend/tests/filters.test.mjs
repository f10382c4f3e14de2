// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import { CHART_FILTERS, chartQuery, setIn, valueIn, without } from "../src/state/filter-entries.js";
import { hashOf, parseHash } from "../src/state/filters.js";
import { isForecast } from "../src/state/outlook.js";
import { dataTable } from "../src/components/data-table/data-table.js";
import { readFileSync } from "node:fs";

/** @param {string} query */
const params = (query) => new URLSearchParams(query);

test("an address says by which filters charts are asked, and nothing else", () => {
  const query = chartQuery(params("tab=rank&range=all&q=%E5%B1%B1&category_id=3&subtree=false&direction=income&gross=true&min_amount=10&account=x&granularity=day&cursor=1"));
  assert.deepEqual(query, { q: "山", category_id: "3", subtree: "false", direction: "income", gross: "true", min_amount: "10", account: "x" });
});

test("what a choice does not offer counts as not set", () => {
  const entry = CHART_FILTERS.find(({ name }) => name === "direction");
  assert.ok(entry);
  assert.equal(valueIn(params("direction=transfer"), entry), "");
  assert.deepEqual(chartQuery(params("direction=transfer&gross=yes&subtree=false")), {});
});

test("clearing takes every filter and the range, and leaves the tab and its tools", () => {
  const address = params("tab=rank&by=place&range=all&from=2024-01-01&to=2024-02-01&q=x&subtree=false&source=alipay");
  const { params: bare } = parseHash(hashOf("analysis", { ...Object.fromEntries(address), ...without(CHART_FILTERS) }));
  assert.deepEqual(Object.fromEntries(bare), { tab: "rank", by: "place" });
  assert.deepEqual(setIn(bare, CHART_FILTERS), []);
});

test("every filter has its words in both languages", () => {
  for (const name of ["zh-CN", "en"]) {
    const words = JSON.parse(readFileSync(new URL(`../src/i18n/${name}.json`, import.meta.url), "utf8"));
    for (const entry of CHART_FILTERS) {
      for (const key of [`filter.${entry.name}`, `filter-name.${entry.name}`, ...(entry.values ?? []).map((value) => `${entry.words}.${value}`), ...(entry.any ? [entry.any] : [])]) assert.ok(key in words, `${name}: ${key}`);
    }
  }
});

test("an outlook is drawn only where forecasts speak of the same rows", () => {
  assert.equal(isForecast({ from: "2024-01-01", to: "2024-02-01", min_seq: 3 }), true);
  assert.equal(isForecast({ category_id: "3" }), true);
  assert.equal(isForecast({ category_id: "none" }), false);
  assert.equal(isForecast({ gross: "true" }), false);
  assert.equal(isForecast({ q: "x" }), false);
});

test("a table's cell leads to its rows where it has an address, and escapes its words", () => {
  const table = dataTable({ caption: "c", columns: [{ name: "a" }, { name: "b", number: true }], rows: [[{ text: "<b>", href: "#/transactions?q=1&to=2" }, "1"], [{ text: "none", href: null }, "2"]] }).text;
  assert.match(table, /<a href="#\/transactions\?q=1&amp;to=2">&lt;b&gt;<\/a>/);
  assert.match(table, /<td class="">none<\/td>/);
});
