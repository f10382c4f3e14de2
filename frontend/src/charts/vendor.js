// @ts-check
/**
 * The chart libraries, fetched when a page first draws. Addresses relative to this module make an
 * import map needless.
 */

/** @type {{ chart: Promise<typeof import("chart.js").Chart> | null, echarts: Promise<typeof import("echarts")> | null }} */
const loaded = { chart: null, echarts: null };

/** @param {string} path */
function vendor(path) {
  return import(new URL(`../../vendor/${path}`, import.meta.url).href);
}

export function loadChart() {
  loaded.chart ??= vendor("chart.js").then(() => /** @type {any} */ (globalThis).Chart);
  return loaded.chart;
}

export function loadECharts() {
  loaded.echarts ??= vendor("echarts.js");
  return loaded.echarts;
}
