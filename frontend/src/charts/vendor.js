// @ts-check
/**
 * The chart libraries, fetched when a page first draws. Addresses relative to this module make an
 * import map needless.
 */

/** @type {{ chart: Promise<typeof import("chart.js").Chart> | null, echarts: Promise<typeof import("echarts")> | null, map: Promise<typeof import("echarts")> | null }} */
const loaded = { chart: null, echarts: null, map: null };

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

/** The library with the land of the world under the name "land". */
export function loadMap() {
  loaded.map ??= Promise.all([loadECharts(), vendor("land.js")]).then(([echarts, land]) => {
    echarts.registerMap("land", land.default);
    return echarts;
  });
  return loaded.map;
}
