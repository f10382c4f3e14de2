// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import * as dates from "../src/lib/dates.js";
import { problemToError } from "../src/lib/errors.js";
import { html } from "../src/lib/html.js";
import * as money from "../src/lib/money.js";
import { list, maybe, number, record, ShapeError, text } from "../src/lib/shape.js";
import { address, fileName } from "../src/api/client.js";

test("a template escapes what it is given, and keeps nested markup", () => {
  assert.equal(html`<b title="${'"<>&'}">${html`<i>${"a<b"}</i>`}${null}${false}</b>`.text, '<b title="&quot;&lt;&gt;&amp;"><i>a&lt;b</i></b>');
});

test("money is written with its sign, groups and a true minus", () => {
  assert.equal(money.formatMoney("1234.5", "CNY"), "¥1,234.50");
  assert.equal(money.formatMoney(-1234.5, "CNY"), "−¥1,234.50");
  assert.equal(money.formatMoney(1200, "JPY"), "JPY\u00a01,200");
  assert.equal(money.formatMoney("12.00", "USD", { byCode: true }), "USD\u00a012.00");
  assert.equal(money.formatMoney(null, "CNY"), "—");
  assert.equal(money.formatMoney(0, "CNY"), "¥0.00");
  assert.equal(money.formatMoney(-0.001, "CNY"), "¥0.00");
});

test("an axis takes 万 and 亿 in Chinese, k, M and B in English", () => {
  assert.deepEqual(money.axisUnit(9_999, "zh-CN"), { divisor: 1, name: "" });
  assert.deepEqual(money.axisUnit(12_000, "zh-CN"), { divisor: 1e4, name: "万" });
  assert.deepEqual(money.axisUnit(2e8, "zh-CN"), { divisor: 1e8, name: "亿" });
  assert.equal(money.axisUnit(12_000, "en").name, "k");
  assert.equal(money.axisUnit(2e6, "en").name, "M");
  assert.equal(money.formatTick(15_000, { divisor: 1e4 }), "1.5");
  assert.equal(money.formatTick(20_000, { divisor: 1e4 }), "2");
});

test("ranges are shown inclusive", () => {
  assert.equal(dates.formatRange("2024-03-01", "2024-04-01", "zh-CN"), "2024-03-01 ～ 2024-03-31");
  assert.equal(dates.formatRange("2024-03-01", "2024-04-01", "en"), "1–31 Mar 2024");
  assert.equal(dates.formatRange("2024-02-20", "2024-03-06", "en"), "20 Feb – 5 Mar 2024");
  assert.equal(dates.formatRange("2024-03-05", "2024-03-06", "zh-CN"), "2024-03-05");
});

test("an instant is shown in the reader's time zone", () => {
  assert.equal(dates.formatInstant("2024-03-05T06:08:00Z", "zh-CN", "Asia/Shanghai"), "2024-03-05 14:08");
  assert.equal(dates.formatInstant("2024-03-05T06:08:00Z", "en", "UTC"), "5 Mar 2024 06:08");
  assert.equal(dates.formatInstant(null, "en", "UTC"), "—");
});

test("a period names its days, and a day its period", () => {
  assert.deepEqual(dates.periodRange("2024-W01"), { from: "2024-01-01", to: "2024-01-08" });
  assert.deepEqual(dates.periodRange("2020-W53"), { from: "2020-12-28", to: "2021-01-04" });
  assert.deepEqual(dates.periodRange("2024-02"), { from: "2024-02-01", to: "2024-03-01" });
  assert.deepEqual(dates.periodRange("2024"), { from: "2024-01-01", to: "2025-01-01" });
  assert.equal(dates.periodOf("2021-01-03", "week"), "2020-W53");
  assert.equal(dates.periodOf("2024-12-30", "week"), "2025-W01");
});

test("months are added within their length", () => {
  assert.equal(dates.addMonths("2024-01-31", 1), "2024-02-29");
  assert.equal(dates.addMonths("2024-03-31", -1), "2024-02-29");
  assert.equal(dates.addMonths("2024-12-15", 1), "2025-01-15");
});

test("the year stands at its first label only", () => {
  assert.deepEqual(dates.axisLabels(["2023-12", "2024-01", "2024-02"], "zh-CN"), [["12月", "2023年"], ["1月", "2024年"], "2月"]);
  assert.deepEqual(dates.axisLabels(["2024-03-05", "2024-03-06"], "en"), [["5 Mar", "2024"], "6 Mar"]);
  assert.deepEqual(dates.axisLabels(["2023", "2024"], "en"), ["2023", "2024"]);
});

test("a problem is known by its type, and by its status without one", () => {
  const error = problemToError({ status: 409, body: { type: "/problems/identifier-taken", detail: "x", request_id: "r1", errors: [{ code: "c", pointer: "/json/email" }] } });
  assert.equal(error.slug, "identifier-taken");
  assert.equal(error.requestId, "r1");
  assert.equal(error.errors[0]?.pointer, "/json/email");
  assert.equal(problemToError({ status: 502, body: "<html>" }).slug, "bad-gateway");
  assert.equal(problemToError({ status: 429, body: null, retryAfter: "7" }).retryAfterS, 7);
});

test("a shape names the place that is wrong, and leaves unknown fields out", () => {
  const shape = record({ items: list(record({ id: text, amount: maybe(number) })) });
  assert.deepEqual(shape({ items: [{ id: "1", more: true }], extra: 1 }, ""), { items: [{ id: "1", amount: null }] });
  assert.throws(() => shape({ items: [{ id: 1 }] }, ""), (error) => error instanceof ShapeError && error.message.startsWith("items[0].id"));
});

test("an address leaves absent values out", () => {
  assert.equal(address("/expenses", { from: "2024-01-01", q: "", cursor: null, limit: 50 }), "/expenses?from=2024-01-01&limit=50");
});

test("a file keeps the name that the service gives it", () => {
  assert.equal(fileName("attachment; filename=\"x.csv\"; filename*=UTF-8''%E5%87%BA%E9%94%99.csv"), "出错.csv");
  assert.equal(fileName('attachment; filename="report.pdf"'), "report.pdf");
  assert.equal(fileName(null), null);
});
