// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { insightsShape } from "../src/api/analytics.js";
import { useMessages } from "../src/i18n/i18n.js";
import { sentence } from "../src/pages/dashboard/insights.js";

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const golden = insightsShape(read("../../tests/contracts/analytics/insights.json").example, "");
/** @param {"zh-CN" | "en"} name */
const speak = (name) => useMessages(name, read(`../src/i18n/${name}.json`));

test("an insight is a sentence with its numbers and what explains it, in both languages", () => {
  const [food, cafe] = golden.items;
  assert.ok(food && cafe);
  speak("en");
  assert.equal(sentence(food, "CNY"), "Dining cost ¥688.00, 32% above your usual (¥320.00 more). 3 purchases at 海底捞 explain most of it (¥240.00).");
  assert.equal(sentence(cafe, "CNY"), "Each visit to 星巴克 cost more: ¥360.00 in all, ¥60.00 above your usual.");
  speak("zh-CN");
  assert.equal(sentence(cafe, "CNY"), "在“星巴克”每次花得更多，共 ¥360.00，比往常多 ¥60.00。");
});

test("every code of docs/insights.md has its words", () => {
  const words = [read("../src/i18n/zh-CN.json"), read("../src/i18n/en.json")];
  const rows = readFileSync(new URL("../../docs/insights.md", import.meta.url), "utf8").split("\n").filter((line) => /^\| [a-z]+-/.test(line));
  const codes = rows.flatMap((line) => {
    let stem = "";
    return (line.split("|")[1] ?? "").trim().split(", ").map((word) => {
      if (!word.startsWith("-")) stem = word.split("-")[0] ?? "";
      return word.startsWith("-") ? stem + word : word;
    });
  });
  assert.ok(codes.length >= 20);
  for (const code of codes) for (const messages of words) assert.ok(`insight.${code}` in messages, code);
});
