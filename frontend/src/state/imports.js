// @ts-check
import { fetchImport, SETTLED, startImport, undoImport } from "../api/ingest.js";
import { ApiError } from "../lib/errors.js";
import { wait } from "../lib/wait.js";
import { forgetCategories } from "./categories.js";
import { noteSeq } from "./freshness.js";
import { signal } from "./signal.js";

/**
 * One chosen file on its way; a change makes a new object.
 * @typedef {object} Item
 * @property {number} key
 * @property {string} name
 * @property {{ sent: number, total: number } | null} upload bytes; null once the file is with the service
 * @property {import("../api/ingest.js").Import | null} result
 * @property {boolean} duplicate the very same file came before
 * @property {unknown} error
 */

const POLL_MS = 500;
const UNDO_WITHIN_MS = 60_000;

/**
 * The files of this visit, the newest first. They live here and not in the page, so that reading
 * another page meanwhile stops nothing.
 * @type {import("./signal.js").Signal<readonly Item[]>}
 */
export const imports = signal(/** @type {readonly Item[]} */ ([]));

/** @type {{ key: number, life: AbortController, last: Promise<void> }} */
const queue = { key: 0, life: new AbortController(), last: Promise.resolve() };

/** Ends what is under way; another reader may sign in. */
export function forgetImports() {
  queue.life.abort();
  queue.life = new AbortController();
  queue.last = Promise.resolve();
  imports.value = [];
}

/** @param {number} key @param {Partial<Item>} changes */
function change(key, changes) {
  imports.value = imports.value.map((item) => (item.key === key ? { ...item, ...changes } : item));
}

/**
 * Imports files one after another: they share one worker, and the bar that moves is the one read.
 * @param {readonly File[]} files
 */
export function importFiles(files) {
  const { signal: stopped } = queue.life;
  for (const file of files) {
    const key = ++queue.key;
    imports.value = [{ key, name: file.name, upload: { sent: 0, total: file.size }, result: null, duplicate: false, error: null }, ...imports.value];
    queue.last = queue.last.then(() => follow(key, file, stopped));
  }
}

/** @param {number} key @param {File} file @param {AbortSignal} stopped */
async function follow(key, file, stopped) {
  if (stopped.aborted) return;
  try {
    const accepted = await startImport(file, (sent, total) => change(key, { upload: { sent, total } }));
    change(key, { upload: null, duplicate: accepted.status === "duplicate_file" });
    for (;;) {
      const result = await fetchImport(accepted.id);
      if (stopped.aborted) return;
      if (SETTLED.has(result.status)) settled(result.last_seq);
      change(key, { result });
      if (SETTLED.has(result.status)) return;
      await wait(POLL_MS, stopped);
    }
  } catch (error) {
    if (!stopped.aborted) change(key, { error, upload: null });
  }
}

/** @param {number | null} lastSeq */
function settled(lastSeq) {
  forgetCategories();
  noteSeq(lastSeq);
}

/**
 * Resolves when the service has taken the rows of an import back.
 * @param {string} id
 */
export async function undo(id) {
  await undoImport(id);
  const deadline = Date.now() + UNDO_WITHIN_MS;
  while (Date.now() < deadline) {
    const result = await fetchImport(id);
    if (result.status === "undone") {
      settled(result.last_seq);
      imports.value = imports.value.map((item) => (item.result?.id === id ? { ...item, result } : item));
      return;
    }
    await wait(POLL_MS);
  }
  throw new ApiError({ status: 0, slug: "gateway-timeout" });
}
