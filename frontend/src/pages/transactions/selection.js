// @ts-check
/**
 * What is chosen of a list: single rows by id, or every row of the filter.
 * @typedef {{ all: boolean, ids: ReadonlySet<string>, anchor: number }} Selection anchor: where a range begins
 */

/** More rows than this are chosen as "all" only: their ids would have to be fetched first. */
export const MOST_BY_RANGE = 5000;

/** @type {Selection} */
export const NOTHING = { all: false, ids: new Set(), anchor: -1 };

/** @param {Selection} selection @param {string} id @param {number} index @returns {Selection} */
export function toggled(selection, id, index) {
  // Taking one row out of all leaves that row's opposite: nothing is guessed, the choice begins anew.
  const ids = new Set(selection.all ? [] : selection.ids);
  if (ids.has(id)) ids.delete(id);
  else ids.add(id);
  return { all: false, ids, anchor: index };
}

/** @param {Selection} selection @param {readonly string[]} ids @returns {Selection} */
export function joined(selection, ids) {
  return { all: false, ids: new Set([...(selection.all ? [] : selection.ids), ...ids]), anchor: selection.anchor };
}

/** @param {Selection} selection @param {string} id */
export function isChosen(selection, id) {
  return selection.all || selection.ids.has(id);
}

/** @param {Selection} selection @param {number} count rows of the filter */
export function sizeOf(selection, count) {
  return selection.all ? count : selection.ids.size;
}
