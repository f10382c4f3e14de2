// @ts-check
/**
 * The libraries that draw, fetched when a page first needs them. Addresses relative to this module make an
 * import map needless.
 */

/** @type {{ chart: Promise<typeof import("chart.js").Chart> | null, echarts: Promise<typeof import("echarts")> | null, map: Promise<typeof import("echarts")> | null, pictures: Promise<typeof import("html-to-image")> | null }} */
const loaded = { chart: null, echarts: null, map: null, pictures: null };

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

/** The library that makes a picture of a part of the page. */
export function loadPictures() {
  loaded.pictures ??= vendor("html-to-image.js").then(() => /** @type {any} */ (globalThis).htmlToImage);
  return loaded.pictures;
}

/** The library with the land of the world under the name "land". */
export function loadMap() {
  loaded.map ??= Promise.all([loadECharts(), vendor("land.js")]).then(([echarts, land]) => {
    echarts.registerMap("land", land.default);
    return echarts;
  });
  return loaded.map;
}
