// @ts-check
/** The shapes that the pages rely on hold for the golden answers of the services. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import * as analytics from "../src/api/analytics.js";
import * as auth from "../src/api/auth.js";
import * as forecast from "../src/api/forecast.js";
import * as ingest from "../src/api/ingest.js";
import * as report from "../src/api/report.js";

const CONTRACTS = new URL("../../tests/contracts/", import.meta.url);

/** @type {Array<[file: string, shape: (value: unknown, path: string) => unknown]>} */
const PAIRS = [
  ["auth/register", auth.registeredShape], ["auth/me", auth.userShape], ["auth/settings", auth.settingsShape],
  ["ingest/import_accepted", ingest.acceptedShape], ["ingest/export_link", ingest.signedLinkShape], ["ingest/import_duplicate", ingest.acceptedShape], ["ingest/import", ingest.importShape],
  ["ingest/imports", ingest.importsShape], ["ingest/import_errors", ingest.importErrorsShape], ["ingest/expense", ingest.expenseShape],
  ["ingest/expenses", ingest.expensesShape], ["ingest/categories", ingest.categoriesShape],
  ["ingest/expenses_positions", ingest.positionsShape], ["ingest/expenses_count", ingest.countShape], ["ingest/expense_corrected", ingest.expenseShape], ["ingest/expenses_bulk", ingest.changedShape], ["ingest/deletions", ingest.deletionsShape],
  ["ingest/rules", ingest.rulesShape], ["ingest/rule_preview", ingest.rulePreviewShape], ["ingest/rule_learnt", ingest.learntShape], ["ingest/classification", ingest.classificationShape], ["ingest/suggestions", ingest.suggestionsShape], ["ingest/links", ingest.linksShape], ["ingest/profiles", ingest.profilesShape], ["ingest/import_preview", ingest.previewShape], ["ingest/mappings", ingest.mappingsShape],
  ["analytics/overview", analytics.overviewShape], ["analytics/trend", analytics.trendShape], ["analytics/category_share", analytics.shareShape],
  ["analytics/rank", analytics.rankShape], ["analytics/anomalies", analytics.anomaliesShape],
  ["analytics/amount_hist", analytics.histogramShape], ["analytics/time_radar", analytics.radarShape], ["analytics/behavior_tree", analytics.treeShape],
  ["analytics/behavior_sankey", analytics.graphShape], ["analytics/level_scatter", analytics.scatterShape], ["analytics/heatmap", analytics.heatmapShape], ["analytics/insights", analytics.insightsShape], ["analytics/view", analytics.viewShape], ["analytics/views", analytics.viewsShape],
  ["forecast/predict", forecast.forecastShape], ["forecast/models", forecast.modelsShape],
  ["report/accepted", report.acceptedReportShape], ["report/report", report.reportShape], ["report/reports", report.reportsShape],
];

/**
 * The value with the named places set to null: "items[].lat" and the like.
 * @param {any} value @param {string[]} steps
 */
function nullAt(value, steps) {
  const [step = "", ...rest] = steps;
  const name = step.replace("[]", "");
  if (value === null || typeof value !== "object" || !(name in value)) return;
  if (rest.length === 0) value[name] = step.endsWith("[]") ? value[name].map(() => null) : null;
  else for (const child of (step.endsWith("[]") ? value[name] : [value[name]]) ?? []) nullAt(child, rest);
}

for (const [name, shape] of PAIRS) {
  const file = new URL(`${name}.json`, CONTRACTS);
  test(`the answer ${name} is understood`, { skip: !existsSync(file) }, () => {
    const { example } = JSON.parse(readFileSync(file, "utf8"));
    assert.doesNotThrow(() => shape(example, ""));
  });
  test(`the answer ${name} is understood with every nullable field null`, { skip: !existsSync(file) }, () => {
    const { example, nullable = [] } = JSON.parse(readFileSync(file, "utf8"));
    for (const place of nullable) nullAt(example, place.split("."));
    assert.doesNotThrow(() => shape(example, ""));
  });
}

test("a sign-in answer yields a token", () => {
  const { example } = JSON.parse(readFileSync(new URL("auth/login.json", CONTRACTS), "utf8"));
  assert.equal(typeof example.access_token, "string");
});
