// @ts-check
import { File } from "node:buffer";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { newestSeq, noteSeq } from "../src/state/freshness.js";
import { importShape } from "../src/api/ingest.js";
import { dismiss, hasUnsent, importFiles, imports, takeUp } from "../src/state/imports.js";
import { categoryPlace, placeOf, PLACE_BY_CODE } from "../src/state/categories.js";
import * as filters from "../src/state/filters.js";
import { forecastSpans, joinOutlook } from "../src/state/outlook.js";
import { checkedPrefs, fromSettings, toSettings, visitChoices } from "../src/state/prefs.js";
import { signal } from "../src/state/signal.js";
import { createSuggestions } from "../src/state/suggestions.js";

test("a signal tells of changes only, until unsubscribed", () => {
  const value = signal(1);
  /** @type {number[]} */
  const seen = [];
  const stop = value.subscribe((next) => seen.push(next));
  value.value = 1;
  value.value = 2;
  stop();
  value.value = 3;
  assert.deepEqual(seen, [2]);
});

test("the address names route and filters, and is written back the same", () => {
  const { route, params } = filters.parseHash("#/transactions?q=%E6%98%9F&from=2024-01-01");
  assert.equal(route, "transactions");
  assert.equal(params.get("q"), "星");
  assert.equal(filters.hashOf(route, params), "#/transactions?q=%E6%98%9F&from=2024-01-01");
  assert.equal(filters.parseHash("").route, "dashboard");
});

test("ranges are half-open and whole months", () => {
  assert.deepEqual(filters.presetRange("last-month", "2024-03-15"), { from: "2024-02-01", to: "2024-03-01" });
  assert.deepEqual(filters.presetRange("12-months", "2024-03-15"), { from: "2023-04-01", to: "2024-04-01" });
  assert.equal(filters.presetRange("all", "2024-03-15"), null);
});

test("a range in the address wins over the default, a broken one does not", () => {
  const own = filters.rangeOf(new URLSearchParams("from=2024-01-01&to=2024-02-01"), "2024-03-15");
  assert.deepEqual([own.preset, own.named, own.range], ["custom", true, { from: "2024-01-01", to: "2024-02-01" }]);
  assert.equal(filters.rangeOf(new URLSearchParams("from=2024-02-01&to=2024-01-01"), "2024-03-15").preset, "12-months");
  assert.equal(filters.rangeOf(new URLSearchParams("range=bogus"), "2024-03-15").named, false);
});

test("the granularity follows the length of a range", () => {
  assert.equal(filters.granularityFor({ from: "2024-01-01", to: "2024-02-01" }), "day");
  assert.equal(filters.granularityFor({ from: "2024-01-01", to: "2024-04-01" }), "week");
  assert.equal(filters.granularityFor({ from: "2024-01-01", to: "2025-01-01" }), "month");
});

test("a figure's filter leads to its rows, without what that list cannot filter by", () => {
  assert.equal(filters.rowsHref({ from: "2024-01-01", to: "2024-02-01", merchant: "A&B", currency: "CNY", subtree: "false", scope: "day" }), "#/transactions?from=2024-01-01&to=2024-02-01&merchant=A%26B&currency=CNY&subtree=false");
});

test("a category has the colour that reports give it, and its children the same", () => {
  const golden = JSON.parse(readFileSync(new URL("../../tests/contracts/category_colours.json", import.meta.url), "utf8"));
  assert.deepEqual(PLACE_BY_CODE, golden.by_code);
  for (const example of golden.examples) assert.equal(categoryPlace(example), example.place);
  const food = { id: "1", name: "餐饮", code: "food", parent_id: null };
  const own = { id: "90", name: "夜宵", code: null, parent_id: "1" };
  const tree = { byId: new Map([food, own].map((category) => [category.id, category])), roots: [food] };
  assert.equal(placeOf(tree, "90"), placeOf(tree, "1"));
  assert.equal(placeOf(tree, null), 8);
});

test("choices of a visit are read from the address, and bad ones ignored", () => {
  assert.deepEqual(visitChoices("?lang=en&theme=dark"), { theme: "dark", locale: "en" });
  assert.deepEqual(visitChoices("?lang=fr&theme=pink"), { theme: null, locale: null });
});

test("settings survive the way to the service and back", () => {
  const chosen = checkedPrefs({ theme: "dark", accent: "pine", rise: "grey", locale: "en", refreshIntervalS: 60 });
  assert.deepEqual(fromSettings(toSettings(chosen), checkedPrefs({})), chosen);
  assert.equal(checkedPrefs({ theme: "pink" }).theme, "system");
});

/** @param {string} period @param {number} amount */
const point = (period, amount) => ({ period, amount, count: 1, filter: {} });
/** @param {string} date */
const ahead = (date) => ({ date, predicted_amount: 5, lower_80: 4, upper_80: 6, lower_95: 3, upper_95: 7 });
/** @param {Array<ReturnType<typeof point>>} items */
const trendOf = (items) => /** @type {any} */ ({ items, comparison: null });
/** @param {string} origin @param {string[]} days */
const forecastOf = (origin, days) => /** @type {any} */ ({ origin, items: days.map(ahead) });

test("a forecast's spans follow one another from its origin", () => {
  const spans = forecastSpans(forecastOf("2024-03-15", ["2024-03-15", "2024-04-15"]), "month");
  assert.deepEqual(spans.map((span) => [span.from, span.to]), [["2024-03-15", "2024-04-15"], ["2024-04-15", "2024-05-15"]]);
});

test("a month that has not ended is marked, and the outlook follows it", () => {
  const joined = joinOutlook(trendOf([point("2024-02", 10), point("2024-03", 4)]), forecastOf("2024-03-15", ["2024-03-15"]), "month", "2024-03-15");
  assert.equal(joined.lastIsOpen, true);
  assert.equal(joined.forecast.length, 1);
});

test("a day that has begun is not forecast a second time", () => {
  const joined = joinOutlook(trendOf([point("2024-03-14", 10), point("2024-03-15", 4)]), forecastOf("2024-03-15", ["2024-03-15", "2024-03-16"]), "day", "2024-03-15");
  assert.deepEqual(joined.forecast.map((span) => span.from), ["2024-03-16"]);
});

test("an outlook that does not continue the past is left out", () => {
  const joined = joinOutlook(trendOf([point("2024-01", 10), point("2024-02", 4)]), forecastOf("2023-06-10", ["2023-06-10"]), "month", "2024-02-15");
  assert.deepEqual(joined.forecast, []);
});

test("the newest change moves forward only", () => {
  newestSeq.value = null;
  noteSeq(5);
  noteSeq(3);
  noteSeq(null);
  assert.equal(newestSeq.value, 5);
});

test("files are imported one after another, and one that fails does not stop the next", async () => {
  const answers = ["reject", "accept"];
  globalThis.XMLHttpRequest = /** @type {any} */ (class {
    upload = { addEventListener() {} };
    status = 0;
    responseText = "";
    /** @type {Record<string, () => void>} */
    on = {};
    open() {}
    setRequestHeader() {}
    getResponseHeader() { return null; }
    /** @param {string} name @param {() => void} listener */
    addEventListener(name, listener) { this.on[name] = listener; }
    send() {
      const refused = answers.shift() === "reject";
      this.status = refused ? 422 : 202;
      this.responseText = JSON.stringify(refused ? { type: "/problems/empty-file" } : { id: "7", status: "queued" });
      this.on.load?.();
    }
  });
  globalThis.fetch = async (path) => new Response(JSON.stringify(String(path).includes("refresh") ? { access_token: "t", expires_in: 600 } : { id: "7", filename: "b.csv", status: "succeeded", rows_success: 3, last_seq: 9 }));
  newestSeq.value = null;
  const settled = new Promise((resolve) => imports.subscribe((items) => items[1]?.result?.status === "succeeded" && resolve(null)));
  const files = [new File(["x"], "a.csv"), new File(["y"], "b.csv")];
  importFiles(/** @type {globalThis.File[]} */ (/** @type {unknown} */ (files)));
  await settled;
  assert.deepEqual(imports.value.map((item) => [item.name, item.error === null, item.result?.rows_success ?? null]), [["a.csv", false, null], ["b.csv", true, 3]]);
  assert.equal(newestSeq.value, 9);
});

test("an import is watched on while its service starts anew", async () => {
  const answers = [503, 502, 200];
  globalThis.fetch = async () => {
    const status = answers.shift() ?? 200;
    return new Response(JSON.stringify(status === 200 ? { id: "8", filename: "c.csv", status: "succeeded", rows_success: 1, last_seq: 10 } : { type: "/problems/bad-gateway" }), { status });
  };
  const earlier = importShape({ id: "8", filename: "c.csv", status: "running" }, "");
  const settled = new Promise((resolve) => {
    const end = imports.subscribe((items) => {
      if (items[0]?.result?.status !== "succeeded") return;
      end();
      resolve(items[0].error);
    });
  });
  takeUp(earlier);
  assert.equal(await settled, null);
  assert.deepEqual(answers, []);
});

test("a file that waits is let go, and is never sent", async () => {
  /** @type {string[]} */
  const sent = [];
  /** @type {Array<() => void>} */
  const answer = [];
  globalThis.XMLHttpRequest = /** @type {any} */ (class {
    upload = { addEventListener() {} };
    status = 422;
    responseText = JSON.stringify({ type: "/problems/empty-file" });
    open() {}
    setRequestHeader() {}
    getResponseHeader() { return null; }
    /** @param {string} name @param {() => void} listener */
    addEventListener(name, listener) { if (name === "load") answer.push(listener); }
    /** @param {FormData} form */
    send(form) { sent.push(/** @type {{ name: string }} */ (/** @type {unknown} */ (form.get("file"))).name); }
  });
  const files = ["one.csv", "two.csv", "three.csv"].map((name) => new File(["x"], name));
  importFiles(/** @type {globalThis.File[]} */ (/** @type {unknown} */ (files)));
  await until(() => answer.length === 1);
  assert.equal(hasUnsent(), true);
  dismiss(imports.value[1]?.key ?? -1);
  answer[0]?.();
  await until(() => answer.length === 2);
  assert.deepEqual(sent, ["one.csv", "three.csv"]);
  answer[1]?.();
  await until(() => imports.value[1]?.error !== null);
  assert.equal(hasUnsent(), false);
});

/** @param {() => boolean} holds */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve));
}

test("rows that nobody has decided are asked about once, and decided ones show no suggestion", async () => {
  /** @type {string[][]} */
  const asked = [];
  const suggestions = createSuggestions(async (ids) => {
    asked.push(ids);
    if (ids.includes("9")) throw new Error("down");
    return [{ expense_id: "1", category_id: "7", confidence: 0.6 }];
  });
  const [open, ruled, moved] = [{ id: "1", category_source: "default", direction: "expense" }, { id: "2", category_source: "rule", direction: "expense" }, { id: "3", category_source: "default", direction: "transfer" }];
  assert.equal(await suggestions.ask([open, ruled, moved]), true);
  assert.equal(await suggestions.ask([open]), false);
  assert.deepEqual(asked, [["1"]]);
  assert.deepEqual(suggestions.of(open), { category_id: "7", confidence: 0.6 });
  assert.equal(suggestions.of({ ...open, category_source: "user" }), null);
  const later = { ...open, id: "9" };
  await assert.rejects(suggestions.ask([later]));
  await assert.rejects(suggestions.ask([later]));
  assert.equal(asked.length, 3);
});
