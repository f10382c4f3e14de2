// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { conditionsText } from "../src/components/rule-text/rule-text.js";
import * as windowing from "../src/components/virtual-list/windowing.js";
import { useMessages } from "../src/i18n/i18n.js";
import { instantIn } from "../src/lib/dates.js";
import { isChosen, joined, NOTHING, sizeOf, toggled } from "../src/pages/transactions/selection.js";
import { FIRST, openRows, STRETCH } from "../src/state/rows.js";

test("a short list scrolls as it is", () => {
  const scale = windowing.scaleOf(1000, 40, 400);
  assert.equal(windowing.isExact(scale), true);
  assert.equal(windowing.offsetAt(1234, scale), 1234);
  assert.deepEqual(windowing.rowsAt(400, scale, 1000, 0), { first: 10, last: 20 });
});

test("a list of ten million rows is reached from the first to the last by a bar that browsers can draw", () => {
  const scale = windowing.scaleOf(10_000_000, 40, 800);
  assert.ok(scale.bar <= 16_000_000);
  assert.equal(windowing.offsetAt(0, scale), 0);
  assert.equal(windowing.offsetAt(scale.bar - 800, scale), scale.content - 800);
  // One row near either end is one row of the bar.
  assert.equal(windowing.offsetAt(40, scale), 40);
  assert.equal(windowing.offsetAt(scale.bar - 800 - 40, scale), scale.content - 800 - 40);
  let before = -1;
  for (let top = 0; top <= scale.bar - 800; top += 10_007) {
    const offset = windowing.offsetAt(top, scale);
    assert.ok(offset > before);
    assert.ok(Math.abs(windowing.scrollTopFor(offset, scale) - top) <= 1);
    before = offset;
  }
});

test("a row that is in sight moves nothing, one beyond the edge just enough", () => {
  const scale = windowing.scaleOf(100, 40, 400);
  assert.equal(windowing.offsetShowing(5, 0, scale), 0);
  assert.equal(windowing.offsetShowing(10, 0, scale), 40);
  assert.equal(windowing.offsetShowing(2, 200, scale), 80);
});

test("rows are chosen one by one, by range, and all at once", () => {
  const one = toggled(NOTHING, "a", 3);
  assert.deepEqual([one.anchor, sizeOf(one, 9), isChosen(one, "a")], [3, 1, true]);
  assert.equal(sizeOf(joined(one, ["b", "c"]), 9), 3);
  assert.equal(sizeOf(toggled(one, "a", 3), 9), 0);
  const all = { all: true, ids: new Set(), anchor: -1 };
  assert.deepEqual([sizeOf(all, 9), isChosen(all, "z")], [9, true]);
});

test("only the stretches that are looked at are fetched, each once, from where they begin", async () => {
  const row = { ...JSON.parse(readFileSync(new URL("../../tests/contracts/ingest/expense.json", import.meta.url), "utf8")).example };
  /** @type {string[]} */
  const asked = [];
  globalThis.fetch = async (address) => {
    const url = new URL(String(address), "http://localhost");
    asked.push(url.pathname + url.search);
    const cursor = url.searchParams.get("cursor");
    const begin = cursor === "c1" ? STRETCH : 0;
    const items = Array.from({ length: Number(url.searchParams.get("limit")) }, (_, index) => ({ ...row, id: String(begin + index) }));
    return new Response(JSON.stringify(url.pathname.endsWith("positions") ? { count: 3 * STRETCH, cursors: [null, "c1", "c2"] } : { items, next_cursor: "next" }));
  };
  const rows = await openRows({ q: "x" }, { signal: new AbortController().signal, changed: () => {} });
  assert.deepEqual([rows.count(), rows.isWhole(), rows.at(FIRST - 1)?.id, rows.at(FIRST)], [FIRST, false, String(FIRST - 1), null]);
  await rows.whole;
  assert.deepEqual([rows.count(), rows.isWhole()], [3 * STRETCH, true]);
  await rows.load(0, 40);
  await Promise.all([rows.load(STRETCH + 10, STRETCH + 30), rows.load(STRETCH, STRETCH + 5)]);
  assert.deepEqual(asked, [`/expenses?q=x&limit=${FIRST}`, `/expenses/positions?q=x&every=${STRETCH}`, `/expenses?q=x&cursor=c1&limit=${STRETCH}`]);
  assert.equal(rows.at(STRETCH + 3)?.id, String(STRETCH + 3));
  await rows.load(FIRST, FIRST + 1);
  assert.equal(rows.at(STRETCH - 1)?.id, String(STRETCH - 1));
  rows.replace({ .../** @type {any} */ (rows.at(STRETCH)), merchant: "改过" });
  assert.equal(rows.at(STRETCH)?.merchant, "改过");
});

test("a short list is whole with its first page, and counts nothing", async () => {
  const row = JSON.parse(readFileSync(new URL("../../tests/contracts/ingest/expense.json", import.meta.url), "utf8")).example;
  let calls = 0;
  globalThis.fetch = async () => {
    calls += 1;
    return new Response(JSON.stringify({ items: [row, row], next_cursor: null }));
  };
  const rows = await openRows({}, { signal: new AbortController().signal, changed: () => {} });
  await rows.whole;
  await rows.load(0, 40);
  assert.deepEqual([rows.count(), rows.isWhole(), calls], [2, true, 1]);
});

test("a clock's time in a zone is an instant, on both sides of a change of clocks", () => {
  assert.equal(instantIn("2024-03-05", "14:08", "Asia/Shanghai"), "2024-03-05T06:08:00Z");
  assert.equal(instantIn("2024-07-01", "09:00", "Europe/Berlin"), "2024-07-01T07:00:00Z");
  assert.equal(instantIn("2024-03-31", "12:00", "Europe/Berlin"), "2024-03-31T10:00:00Z");
});

test("conditions read as a sentence", () => {
  useMessages("zh-CN", JSON.parse(readFileSync(new URL("../src/i18n/zh-CN.json", import.meta.url), "utf8")));
  assert.equal(conditionsText([{ field: "merchant", op: "contains", value: "瑞幸" }, { field: "amount", op: "lt", value: 50 }]), "商户包含“瑞幸” 且 金额小于50");
  assert.equal(conditionsText([{ field: "weekday", op: "in", value: [5, 6] }]), "星期属于周六、周日");
});
