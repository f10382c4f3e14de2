// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import { conditionValue, valueText } from "../src/pages/categories/conditions.js";
import { placeAt, placeByKey, placeNow, subtreeOf } from "../src/pages/categories/moves.js";

/** @param {string} id @param {string | null} parent */
const node = (id, parent) => ({ id, name: id, code: null, parent_id: parent });
const items = [node("a", null), node("a1", "a"), node("a2", "a"), node("b", null), node("b1", "b"), node("c", null)];
const tree = { byId: new Map(items.map((item) => [item.id, item])), roots: items.filter((item) => !item.parent_id) };

test("a category knows its place and what stands below it", () => {
  assert.deepEqual(placeNow(tree, "a2"), { parent_id: "a", position: 2 });
  assert.deepEqual([...subtreeOf(tree, "a")], ["a", "a1", "a2"]);
});

test("a drop before, after or inside another names the place, itself left out of the count", () => {
  assert.deepEqual(placeAt(tree, "c", "a", "before"), { parent_id: null, position: 1 });
  assert.deepEqual(placeAt(tree, "a", "b", "after"), { parent_id: null, position: 2 });
  assert.deepEqual(placeAt(tree, "c", "a", "inside"), { parent_id: "a", position: 3 });
  assert.equal(placeAt(tree, "a", "a1", "inside"), null);
  assert.equal(placeAt(tree, "a", "a", "after"), null);
});

test("keys move a category within its level, in and out", () => {
  assert.equal(placeByKey(tree, "a", "ArrowUp"), null);
  assert.deepEqual(placeByKey(tree, "a", "ArrowDown"), { parent_id: null, position: 2 });
  assert.equal(placeByKey(tree, "c", "ArrowDown"), null);
  assert.deepEqual(placeByKey(tree, "c", "ArrowRight"), { parent_id: "b", position: 2 });
  assert.deepEqual(placeByKey(tree, "a2", "ArrowLeft"), { parent_id: null, position: 2 });
  assert.equal(placeByKey(tree, "a", "ArrowLeft"), null);
});

test("what is typed becomes the value that a condition takes", () => {
  assert.equal(conditionValue("merchant", "contains", [" 瑞幸 "]), "瑞幸");
  assert.equal(conditionValue("amount", "gte", ["12.50"]), "12.50");
  assert.equal(conditionValue("hour", "lt", ["9"]), 9);
  assert.deepEqual(conditionValue("weekday", "in", ["5", "6"]), [5, 6]);
  assert.deepEqual(conditionValue("source", "in", ["alipay，wechat"]), ["alipay", "wechat"]);
  assert.equal(valueText(["a", "b"]), "a, b");
});
