// @ts-check
/** Rules of the house that no page may break. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SOURCE = join(ROOT, "src");

/** @param {string} folder @param {string} ending @returns {string[]} */
function files(folder, ending) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const MODULES = files(SOURCE, ".js");

/** Higher rooms may import lower ones; rooms of one height do not know each other. @type {Record<string, number>} */
const HEIGHT = { i18n: 0, lib: 0, api: 1, state: 2, charts: 3, components: 3, pages: 4, "": 5 };

/** @param {string} path */
function room(path) {
  const parts = relative(SOURCE, path).split("/");
  return parts.length === 1 ? "" : (parts[0] ?? "");
}

test("imports run one way, and pages do not import one another", () => {
  for (const path of MODULES) {
    const text = readFileSync(path, "utf8");
    for (const [, target = ""] of text.matchAll(/^import [^;]*? from "(\.[^"]+)";/gms)) {
      const to = join(dirname(path), target);
      const [from, into] = [room(path), room(to)];
      const fromPage = relative(SOURCE, path).split("/")[1];
      const toPage = relative(SOURCE, to).split("/")[1];
      if (from === "pages" && into === "pages") assert.equal(fromPage, toPage, `${path} imports ${target}`);
      else if (from !== into) assert.ok((HEIGHT[from] ?? 0) > (HEIGHT[into] ?? 9), `${relative(ROOT, path)} imports ${target}`);
    }
  }
});

test("charts never fetch", () => {
  for (const path of MODULES.filter((module) => room(module) === "charts")) {
    assert.doesNotMatch(readFileSync(path, "utf8"), /\bfetch\(|from "\.\.\/api\//, path);
  }
});

test("every module is type-checked and keeps to the content policy", () => {
  for (const path of MODULES) {
    const text = readFileSync(path, "utf8");
    if (!path.endsWith("boot.js")) assert.match(text, /^\/\/ @ts-check/, path);
    assert.doesNotMatch(text, /\sstyle="|\son(click|change|input|submit|load)="|\beval\(|new Function\(/, path);
  }
});

test("every style sheet is linked in the page, and the page has no inline script", () => {
  const page = readFileSync(join(ROOT, "index.html"), "utf8");
  for (const sheet of [...files(SOURCE, ".css"), ...files(join(ROOT, "styles"), ".css")]) {
    assert.ok(page.includes(`href="${relative(ROOT, sheet)}"`), `${relative(ROOT, sheet)} is not linked`);
  }
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\sstyle=/);
});

test("colours stand in tokens.css only", () => {
  for (const sheet of [...files(SOURCE, ".css"), join(ROOT, "styles/base.css")]) {
    // The settings page shows the accents that are not current, which no token holds.
    if (sheet.endsWith("settings.css")) continue;
    assert.doesNotMatch(readFileSync(sheet, "utf8"), /#[0-9a-f]{3,8}\b|\brgba?\(/i, sheet);
  }
});
