// @ts-check
import { suggestCategories } from "../api/ingest.js";

/**
 * What rows might be that nobody has decided; each is asked about once.
 * @typedef {{ category_id: string, confidence: number }} Suggested
 * @typedef {{ id: string, category_source: string, direction: string }} Row
 */

/** Rows of one request: the most that the service takes. */
const MOST_ASKED = 100;

/** @param {(ids: string[], signal?: AbortSignal) => Promise<Array<Suggested & { expense_id: string }>>} [fetch] */
export function createSuggestions(fetch = suggestCategories) {
  /** @type {Map<string, Suggested | null>} null: asked, and nothing to suggest yet */
  const known = new Map();
  return {
    /** @param {Row} row */
    of: (row) => (row.category_source === "default" ? (known.get(row.id) ?? null) : null),
    /** Asks about rows that are new; true where something is suggested now. @param {readonly Row[]} rows @param {AbortSignal} [signal] */
    async ask(rows, signal) {
      const ids = rows.filter((row) => row.category_source === "default" && row.direction !== "transfer" && !known.has(row.id)).map((row) => row.id).slice(0, MOST_ASKED);
      if (ids.length === 0) return false;
      for (const id of ids) known.set(id, null);
      try {
        const items = await fetch(ids, signal);
        for (const { expense_id: id, ...suggested } of items) known.set(id, suggested);
        return items.length > 0;
      } catch (error) {
        // They may be asked about again.
        for (const id of ids) known.delete(id);
        throw error;
      }
    },
  };
}
