// @ts-check
import { signal } from "./signal.js";

/**
 * The newest change that the reader is known to have made; figures must not be older than it. Pages
 * that show figures draw anew when it moves.
 * @type {import("./signal.js").Signal<number | null>}
 */
export const newestSeq = signal(/** @type {number | null} */ (null));

/** @param {number | null} seq */
export function noteSeq(seq) {
  if (seq !== null && seq > (newestSeq.value ?? 0)) newestSeq.value = seq;
}
