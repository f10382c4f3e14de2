// @ts-check
import { fetchImport, SETTLED, startImport, undoImport } from "../api/ingest.js";
import { ApiError } from "../lib/errors.js";
import { wait } from "../lib/wait.js";
import { forgetCategories } from "./categories.js";
import { noteSeq } from "./freshness.js";
import { signal } from "./signal.js";

/**
 * @typedef {import("../api/ingest.js").Import} Import
 * @typedef {import("../api/ingest.js").UploadOptions} UploadOptions
 *
 * One chosen file on its way; a change makes a new object.
 * @typedef {object} Item
 * @property {number} key
 * @property {string} name
 * @property {File | null} file null where an earlier import is taken up again
 * @property {UploadOptions} options
 * @property {boolean} waiting another file is before it
 * @property {{ sent: number, total: number } | null} upload bytes; null once the file is with the service
 * @property {Import | null} result
 * @property {boolean} duplicate the very same file came before
 * @property {unknown} error
 */

const POLL_MS = 500;
const MOST_FAILURES = 120;
// A million rows are taken back in a minute or two.
const UNDO_WITHIN_MS = 900_000;

/**
 * The files of this visit, the newest choice first. They live here and not in the page, so that reading
 * another page meanwhile stops nothing.
 * @type {import("./signal.js").Signal<readonly Item[]>}
 */
export const imports = signal(/** @type {readonly Item[]} */ ([]));

/** @type {{ key: number, lives: Map<number, AbortController>, last: Promise<void> }} */
const queue = { key: 0, lives: new Map(), last: Promise.resolve() };

/** Ends what is under way; another reader may sign in. */
export function forgetImports() {
  for (const life of queue.lives.values()) life.abort();
  queue.lives.clear();
  queue.last = Promise.resolve();
  imports.value = [];
}

/** Whether a file would be lost if the window closed now. */
export function hasUnsent() {
  return imports.value.some((item) => item.upload !== null && item.error === null);
}

/** @param {number} key @param {Partial<Item>} changes */
function change(key, changes) {
  imports.value = imports.value.map((item) => (item.key === key ? { ...item, ...changes } : item));
}

/**
 * Imports files one after another: they share one worker, and the bar that moves is the one read.
 * @param {readonly File[]} files @param {UploadOptions} [options]
 */
export function importFiles(files, options = {}) {
  const added = files.map((file) => enqueue({ name: file.name, file, options, upload: { sent: 0, total: file.size }, result: null }, async (key, stopped) => {
    const accepted = await startImport(file, (sent, total) => change(key, { upload: { sent, total } }), { ...options, signal: stopped });
    change(key, { upload: null, duplicate: accepted.status === "duplicate_file" });
    await poll(key, accepted.id, stopped);
  }));
  imports.value = [...added, ...imports.value];
}

/** Goes on with an import that waited for its reader, or that an earlier visit began. @param {Import} result */
export function takeUp(result) {
  const known = imports.value.find((item) => item.result?.id === result.id);
  if (known) {
    const stopped = lifeOf(known.key);
    poll(known.key, result.id, stopped).catch((error) => !stopped.aborted && change(known.key, { error }));
    return;
  }
  const item = enqueue({ name: result.filename, file: null, options: {}, upload: null, result }, (key, stopped) => poll(key, result.id, stopped));
  imports.value = [item, ...imports.value];
}

/** Takes a file off the list: one that is over, one that waits, or one whose upload is to stop. @param {number} key */
export function dismiss(key) {
  queue.lives.get(key)?.abort();
  queue.lives.delete(key);
  imports.value = imports.value.filter((item) => item.key !== key);
}

/** @param {number} key */
function lifeOf(key) {
  const life = queue.lives.get(key) ?? new AbortController();
  queue.lives.set(key, life);
  return life.signal;
}

/** @param {Pick<Item, "name" | "file" | "options" | "upload" | "result">} item @param {(key: number, stopped: AbortSignal) => Promise<void>} work @returns {Item} */
function enqueue(item, work) {
  const key = ++queue.key;
  const stopped = lifeOf(key);
  queue.last = queue.last.then(async () => {
    if (stopped.aborted) return;
    change(key, { waiting: false });
    try {
      await work(key, stopped);
    } catch (error) {
      if (!stopped.aborted) change(key, { error, upload: null });
    }
  });
  return { ...item, key, waiting: true, duplicate: false, error: null };
}

/** @param {unknown} error */
function isPassing(error) {
  return error instanceof ApiError && [0, 502, 503, 504].includes(error.status);
}

/** @param {number} key @param {string} id @param {AbortSignal} stopped */
async function poll(key, id, stopped) {
  for (let failures = 0; ; ) {
    let result;
    try {
      result = await fetchImport(id);
      failures = 0;
    } catch (error) {
      // The service may be starting anew; the import itself goes on without being watched.
      if (!isPassing(error) || (failures += 1) > MOST_FAILURES) throw error;
      await wait(POLL_MS, stopped);
      continue;
    }
    if (stopped.aborted) return;
    if (SETTLED.has(result.status)) settled(result.last_seq);
    change(key, { result });
    if (SETTLED.has(result.status)) return retell(result.repair_of);
    await wait(POLL_MS, stopped);
  }
}

/** Shows an import anew whose counts another one changed: a repair completes what it repairs. @param {string | null} id */
async function retell(id) {
  if (!id || !imports.value.some((item) => item.result?.id === id)) return;
  const result = await fetchImport(id);
  imports.value = imports.value.map((item) => (item.result?.id === id ? { ...item, result } : item));
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
      await retell(id);
      return retell(result.repair_of);
    }
    await wait(POLL_MS);
  }
  throw new ApiError({ status: 0, slug: "gateway-timeout" });
}
