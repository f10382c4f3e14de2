// @ts-check
import { fetchExpenses, fetchPositions } from "../api/ingest.js";

/**
 * The rows of a filter, however many: only stretches that were looked at are held.
 * @typedef {import("../api/ingest.js").Expense} Expense
 * @typedef {import("../api/ingest.js").ExpenseFilter} ExpenseFilter
 * @typedef {object} Rows
 * @property {() => number} count
 * @property {(index: number) => Expense | null} at null until it is loaded
 * @property {(first: number, last: number) => Promise<void>} load the rows of a half-open range; rejects where the service refuses
 * @property {(row: Expense) => void} replace the row of the same id
 */

/** Rows of one request: the most that the service gives. */
export const STRETCH = 500;
/** Stretches held; the longest unused goes first. */
const MOST_HELD = 40;

/**
 * @param {ExpenseFilter} filter @param {{ signal: AbortSignal, changed: () => void }} options
 * @returns {Promise<Rows>}
 */
export async function openRows(filter, { signal, changed }) {
  const { count, cursors } = await fetchPositions(filter, STRETCH, signal);
  /** @type {Map<number, Expense[]>} */
  const held = new Map();
  /** @type {Map<number, Promise<void>>} */
  const coming = new Map();

  /** @param {number} stretch */
  async function fetchStretch(stretch) {
    try {
      const page = await fetchExpenses({ ...filter, cursor: cursors[stretch], limit: STRETCH }, signal);
      held.set(stretch, page.items);
      for (const oldest of held.keys()) {
        if (held.size <= MOST_HELD) break;
        held.delete(oldest);
      }
      changed();
    } finally {
      coming.delete(stretch);
    }
  }

  return {
    count: () => count,
    at: (index) => held.get(Math.floor(index / STRETCH))?.[index % STRETCH] ?? null,
    async load(first, last) {
      const work = [];
      for (let stretch = Math.floor(Math.max(0, first) / STRETCH); stretch * STRETCH < Math.min(last, count); stretch += 1) {
        const known = held.get(stretch);
        if (known) {
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
