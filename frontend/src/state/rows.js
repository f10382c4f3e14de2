// @ts-check
import { fetchExpenses, fetchPositions } from "../api/ingest.js";

/**
 * The rows of a filter, however many: only stretches that were looked at are held.
 * @typedef {import("../api/ingest.js").Expense} Expense
 * @typedef {import("../api/ingest.js").ExpenseFilter} ExpenseFilter
 * @typedef {object} Rows
 * @property {() => number} count those of the first page, until the whole is known
 * @property {Promise<void>} whole resolves when all rows are counted and can be jumped to
 * @property {() => boolean} isWhole
 * @property {(index: number) => Expense | null} at null until it is loaded
 * @property {(first: number, last: number) => Promise<void>} load the rows of a half-open range; rejects where the service refuses
 * @property {(row: Expense) => void} replace the row of the same id
 */

/** Rows of one request: the most that the service gives. */
export const STRETCH = 500;
/** Rows that are shown before anything is counted: more than a window is tall. */
export const FIRST = 100;
/** Stretches held; the longest unused goes first. */
const MOST_HELD = 40;

/**
 * The rows, as soon as the first of them are there: counting a million takes longer than reading a few.
 * @param {ExpenseFilter} filter @param {{ signal: AbortSignal, changed: () => void }} options
 * @returns {Promise<Rows>}
 */
export async function openRows(filter, { signal, changed }) {
  const first = await fetchExpenses({ ...filter, limit: FIRST }, signal);
  /** @type {Map<number, Expense[]>} */
  const held = new Map([[0, first.items]]);
  /** @type {Map<number, Promise<void>>} */
  const coming = new Map();
  const isAll = first.next_cursor === null;
  const now = { count: first.items.length, cursors: /** @type {Array<string | null>} */ ([null]), whole: isAll, partial: !isAll };

  async function countAll() {
    if (now.whole) return;
    const { count, cursors } = await fetchPositions(filter, STRETCH, signal);
    Object.assign(now, { count, cursors, whole: true });
  }

  /** @param {number} stretch */
  async function fetchStretch(stretch) {
    try {
      const page = await fetchExpenses({ ...filter, cursor: now.cursors[stretch], limit: STRETCH }, signal);
      held.set(stretch, page.items);
      if (stretch === 0) now.partial = false;
      for (const oldest of held.keys()) {
        if (held.size <= MOST_HELD) break;
        held.delete(oldest);
      }
      changed();
    } finally {
      coming.delete(stretch);
    }
  }

  const whole = countAll();
  // Who waits for it learns of its failure; nobody has to.
  whole.catch(() => undefined);
  return {
    count: () => now.count,
    whole,
    isWhole: () => now.whole,
    at: (index) => held.get(Math.floor(index / STRETCH))?.[index % STRETCH] ?? null,
    async load(from, to) {
      const work = [];
      const last = Math.min(to, now.count);
      for (let stretch = Math.floor(Math.max(0, from) / STRETCH); stretch * STRETCH < last; stretch += 1) {
        const known = held.get(stretch);
        if (known && !(stretch === 0 && now.partial && last > FIRST)) {
          // Read again: now it is the newest.
          held.delete(stretch);
          held.set(stretch, known);
          continue;
        }
        if (!coming.has(stretch)) coming.set(stretch, fetchStretch(stretch));
        work.push(coming.get(stretch));
      }
      await Promise.all(work);
    },
    replace(row) {
      for (const items of held.values()) {
        const index = items.findIndex((item) => item.id === row.id);
        if (index >= 0) items[index] = row;
      }
      changed();
    },
  };
}
