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
 * @property {{ sent: number, total: number } | null} upload bytes; null once the file is with the service
 * @property {Import | null} result
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
 * @param {readonly File[]} files @param {UploadOptions} [options]
 */
export function importFiles(files, options = {}) {
  for (const file of files) {
    enqueue({ name: file.name, file, options, upload: { sent: 0, total: file.size }, result: null }, async (key, stopped) => {
      const accepted = await startImport(file, (sent, total) => change(key, { upload: { sent, total } }), options);
      change(key, { upload: null, duplicate: accepted.status === "duplicate_file" });
      await poll(key, accepted.id, stopped);
    });
  }
}

/** Goes on with an import that waited for its reader: for a password, or for a mapping. @param {Import} result */
export function takeUp(result) {
  const known = imports.value.find((item) => item.result?.id === result.id);
  if (known) {
    const { signal: stopped } = queue.life;
    poll(known.key, result.id, stopped).catch((error) => change(known.key, { error }));
    return;
  }
  enqueue({ name: result.filename, file: null, options: {}, upload: null, result }, (key, stopped) => poll(key, result.id, stopped));
}

/** Takes a file that is over off the list. @param {number} key */
export function dismiss(key) {
  imports.value = imports.value.filter((item) => item.key !== key);
}

/** @param {Pick<Item, "name" | "file" | "options" | "upload" | "result">} item @param {(key: number, stopped: AbortSignal) => Promise<void>} work */
function enqueue(item, work) {
  const { signal: stopped } = queue.life;
  const key = ++queue.key;
  imports.value = [{ ...item, key, duplicate: false, error: null }, ...imports.value];
  queue.last = queue.last.then(async () => {
    if (stopped.aborted) return;
    try {
      await work(key, stopped);
    } catch (error) {
      if (!stopped.aborted) change(key, { error, upload: null });
    }
  });
}

/** @param {number} key @param {string} id @param {AbortSignal} stopped */
async function poll(key, id, stopped) {
  for (;;) {
    const result = await fetchImport(id);
    if (stopped.aborted) return;
    if (SETTLED.has(result.status)) settled(result.last_seq);
    change(key, { result });
    if (SETTLED.has(result.status)) return;
    await wait(POLL_MS, stopped);
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
