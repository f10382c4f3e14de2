// @ts-check
/** Copies the browser files of the chart libraries from node_modules to vendor/. */
import { copyFile, mkdir, rm } from "node:fs/promises";

const root = new URL("../", import.meta.url);

/** @type {ReadonlyArray<readonly [from: string, to: string]>} */
const FILES = [
  ["node_modules/chart.js/dist/chart.umd.min.js", "vendor/chart.js"],
  ["node_modules/chart.js/LICENSE.md", "vendor/chart.LICENSE.txt"],
  // Served as .js: not every web server knows the type of .mjs.
  ["node_modules/echarts/dist/echarts.esm.min.mjs", "vendor/echarts.js"],
  ["node_modules/echarts/LICENSE", "vendor/echarts.LICENSE.txt"],
];

await rm(new URL("vendor/", root), { recursive: true, force: true });
await mkdir(new URL("vendor/", root));
for (const [from, to] of FILES) {
  await copyFile(new URL(from, root), new URL(to, root));
  console.log(to);
}
