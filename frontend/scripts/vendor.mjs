// @ts-check
/** Copies the browser files of the libraries, and the land of the world, to vendor/. */
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
// @ts-expect-error - the package has no types
import { feature } from "topojson-client";

const root = new URL("../", import.meta.url);

/** @type {ReadonlyArray<readonly [from: string, to: string]>} */
const FILES = [
  ["node_modules/chart.js/dist/chart.umd.min.js", "vendor/chart.js"],
  ["node_modules/chart.js/LICENSE.md", "vendor/chart.LICENSE.txt"],
  // Served as .js: not every web server knows the type of .mjs.
  ["node_modules/echarts/dist/echarts.esm.min.mjs", "vendor/echarts.js"],
  ["node_modules/echarts/LICENSE", "vendor/echarts.LICENSE.txt"],
  ["node_modules/html-to-image/dist/html-to-image.js", "vendor/html-to-image.js"],
  ["node_modules/html-to-image/LICENSE", "vendor/html-to-image.LICENSE.txt"],
  ["node_modules/world-atlas/LICENSE", "vendor/land.LICENSE.txt"],
];

await rm(new URL("vendor/", root), { recursive: true, force: true });
await mkdir(new URL("vendor/", root));
for (const [from, to] of FILES) {
  await copyFile(new URL(from, root), new URL(to, root));
  console.log(to);
}

/** A point to a hundredth of a degree: the coast is drawn no finer. @param {[number, number]} point */
const rounded = ([lon, lat]) => [Math.round(lon * 100) / 100, Math.round(lat * 100) / 100];

// Natural Earth's land at 1:50 million, without any border, as a module: pages may not fetch files.
const atlas = JSON.parse(await readFile(new URL("node_modules/world-atlas/land-50m.json", root), "utf8"));
const land = /** @type {any} */ (feature(atlas, atlas.objects.land));
const shapes = (land.features ?? [land]).flatMap((/** @type {any} */ part) => (part.geometry.type === "Polygon" ? [part.geometry.coordinates] : part.geometry.coordinates));
const features = [{
  type: "Feature", properties: { name: "land" },
  geometry: { type: "MultiPolygon", coordinates: shapes.map((/** @type {any[]} */ rings) => rings.map((ring) => ring.map(rounded))) },
}];
await writeFile(new URL("vendor/land.js", root), `export default ${JSON.stringify({ type: "FeatureCollection", features })};\n`);
console.log("vendor/land.js");
