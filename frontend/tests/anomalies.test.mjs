// @ts-check
/** What stands out, in words and as a bar. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { anomaliesShape } from "../src/api/analytics.js";
import { expectedText, levelOf, rangeBar, rangeShape, reasonText, whenText } from "../src/components/anomaly/anomaly.js";
import { useMessages } from "../src/i18n/i18n.js";
import { questionOf } from "../src/pages/anomalies/anomalies.js";
import { rowsHref } from "../src/state/filters.js";

/** @typedef {import("../src/api/analytics.js").Anomaly} Anomaly */

/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const MESSAGES = { "zh-CN": json("../src/i18n/zh-CN.json"), en: json("../src/i18n/en.json") };
const ANSWER = anomaliesShape(json("../../tests/contracts/analytics/anomalies.json").example, "");
const PURCHASE = /** @type {Anomaly} */ (ANSWER.items[0]);
const CODES = [
  "day-above-usual", "run-above-usual", "day-by-sigma", "day-isolated", "amount-above-usual", "first-at-merchant",
  "first-in-category", "charged-twice", "price-rise", "amount-by-sigma", "isolated",
];

/** @param {string} code @param {Record<string, unknown>} [params] @returns {Anomaly} */
function because(code, params = {}) {
  return { ...PURCHASE, reason: { code, params: { ...PURCHASE.reason.params, ...params } } };
}

test("every reason has words in both languages, with all figures filled in", () => {
  for (const name of /** @type {const} */ (["zh-CN", "en"])) {
    useMessages(name, MESSAGES[name]);
    for (const code of CODES) {
      for (const times of [12.4, null]) {
        const words = reasonText(because(code, { times, sigmas: 4.1 }), "CNY");
        assert.doesNotMatch(words, /[{}]|undefined|null|NaN|anomaly\./, `${name} ${code}`);
      }
    }
  }
});

test("a reason is told with its figures", () => {
  useMessages("en", MESSAGES.en);
  assert.match(reasonText(because("charged-twice", { seconds: 20 }), "CNY"), /within 20 seconds/);
  assert.match(reasonText(because("charged-twice", { seconds: 61 }), "CNY"), /within 2 minutes/);
  assert.match(reasonText(because("price-rise", { share: 0.2, previous: 15 }), "CNY"), /up 20% from ¥15.*monthly/);
  assert.match(reasonText(because("unheard-of"), "CNY"), /between/);
});

test("a run is told by its days, anything else by its day", () => {
  useMessages("en", MESSAGES.en);
  const run = { ...because("run-above-usual"), filter: { from: "2024-03-02", to: "2024-03-09" } };
  assert.match(whenText(run), /2.8 Mar 2024/);
  assert.equal(whenText(PURCHASE), "9 Mar 2024");
});

test("the bar shows the expected range and the amount on one scale", () => {
  const shape = rangeShape({ ...PURCHASE, amount: 100, expected: { lower: 20, upper: 50 } });
  assert.ok(0 < shape.from && shape.from + shape.width < shape.at && shape.at < 200);
  assert.ok(rangeShape({ ...PURCHASE, amount: 1e6, expected: { lower: 1, upper: 2 } }).width >= 3);
  assert.equal(rangeShape({ ...PURCHASE, expected: { lower: 0, upper: 0 } }).width, 0);
  assert.match(String(rangeBar(PURCHASE)), /aria-hidden="true"/);
  assert.equal(levelOf({ ...PURCHASE, level: "unheard-of" }), "info");
});

test("what was expected is said in words", () => {
  useMessages("en", MESSAGES.en);
  assert.equal(expectedText({ ...PURCHASE, expected: { lower: 0, upper: 0 } }, "CNY"), "not to be charged again");
  assert.match(expectedText({ ...PURCHASE, expected: { lower: 15, upper: 15 } }, "CNY"), /^was /);
  assert.equal(expectedText({ ...PURCHASE, expected: null }, "CNY"), "");
});

test("an anomaly of one purchase opens that purchase alone", () => {
  assert.match(rowsHref(PURCHASE.filter), /[?&]id=9120/);
});

test("the address chooses scope, level, method and what is silenced; what it does not know is default", () => {
  const all = { scopes: ["day", "transaction"], level: "info", method: "", shown: "open" };
  assert.deepEqual(questionOf(new URLSearchParams()), all);
  assert.deepEqual(questionOf(new URLSearchParams("scope=x&level=x&method=x&shown=x")), all);
  assert.deepEqual(questionOf(new URLSearchParams("scope=day&level=critical&method=3sigma&shown=silenced")), {
    scopes: ["day"], level: "critical", method: "3sigma", shown: "silenced",
  });
});
