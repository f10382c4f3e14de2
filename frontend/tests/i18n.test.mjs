// @ts-check
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { categoryName, t, useMessages } from "../src/i18n/i18n.js";
import { reason } from "../src/pages/import/errors.js";

/** @param {string} name @returns {Record<string, string | Record<string, string>>} */
const load = (name) => JSON.parse(readFileSync(new URL(`../src/i18n/${name}.json`, import.meta.url), "utf8"));
const zh = load("zh-CN");
const en = load("en");
/** @param {string | Record<string, string>} message */
const forms = (message) => (typeof message === "string" ? [message] : Object.values(message));
/** @param {string} text */
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages have the same keys", () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
});

test("no key stands twice in a file", () => {
  for (const name of ["zh-CN", "en"]) {
    const text = readFileSync(new URL(`../src/i18n/${name}.json`, import.meta.url), "utf8");
    const keys = [...text.matchAll(/^ "([^"]+)":/gm)].map(([, key]) => key);
    assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), [], name);
    assert.equal(keys.length, Object.keys(load(name)).length, name);
  }
});

test("both languages name the same placeholders", () => {
  for (const key of Object.keys(zh)) {
    const expected = new Set(places(forms(zh[key] ?? "").join(" ")));
    const found = new Set(places(forms(en[key] ?? "").join(" ")));
    // A form may leave a number out: "Every minute"; and Chinese has no plural to count by.
    const extra = [...found].filter((name) => !expected.has(name) && name !== "count");
    const missing = [...expected].filter((name) => !found.has(name) && name !== "count");
    assert.deepEqual([...extra, ...missing], [], key);
  }
});

test("no message mixes the languages", () => {
  for (const [key, message] of Object.entries(en)) {
    if (key === "locale.zh-CN" || key === "sign-in.other-language") continue;
    for (const form of forms(message)) assert.doesNotMatch(form, /[\u4e00-\u9fff]/, key);
  }
});

test("every key that the code names exists", () => {
  const source = new URL("../src/", import.meta.url);
  for (const entry of readdirSync(source, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const text = readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, "utf8");
    for (const [, key = ""] of text.matchAll(/\bt\("([^"]+)"/g)) assert.ok(key in zh, `${entry.name}: ${key}`);
  }
});

test("a plural follows its count", () => {
  useMessages("en", { "row": { one: "{count} row", other: "{count} rows" } });
  assert.equal(t("row", { count: 1 }), "1 row");
  assert.equal(t("row", { count: 2 }), "2 rows");
});

test("a default category is translated, an own one keeps its name", () => {
  useMessages("en", { "category.food": "Dining", "category.none": "Uncategorised" });
  assert.equal(categoryName({ code: "food", name: "餐饮" }), "Dining");
  assert.equal(categoryName({ code: null, name: "猫粮" }), "猫粮");
  assert.equal(categoryName({ code: null, name: null }), "Uncategorised");
});

test("a row's error says what happened and what to do, in the reader's language only", () => {
  const item = { code: "amount-invalid", detail: "金额“abc”不是数字。", suggestion: "金额只写数字，例如 12.50。" };
  useMessages("zh-CN", zh);
  assert.equal(reason(item), "金额“abc”不是数字。金额只写数字，例如 12.50。");
  assert.equal(reason({ ...item, suggestion: "Write the amount as a number: 12.50." }), "金额“abc”不是数字。");
  useMessages("en", en);
  assert.equal(reason(item), 'The amount is not a number. Write it like 12.50. Value: "abc".');
  const status = { code: "status-unknown", detail: "The status “完了” is not known.", suggestion: "Write “交易成功” (done)." };
  assert.equal(reason(status), "The status “完了” is not known. Write “交易成功” (done).");
});
