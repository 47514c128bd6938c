import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketIds } from './packet-ids.js';

test('PacketIds.take() gives back who has waited, once', () => {
  const ids = new PacketIds<string>();
  assert.deepEqual([ids.give('a'), ids.give('b')], [1, 2]);
  assert.deepEqual(
    [...ids.entries()],
    [
      [1, 'a'],
      [2, 'b'],
    ],
  );
  assert.deepEqual([ids.take(2), ids.take(2), ids.take(9)], ['b', undefined, undefined]);
  assert.deepEqual([...ids.entries()], [[1, 'a']]);
});

test('PacketIds.give() goes around and passes over those in use', () => {
  const ids = new PacketIds<number>();
  for (let count = 1; count <= 65_535; count++) ids.take(ids.give(count));
  assert.equal(ids.give(0), 1);
  for (let count = 2; count <= 65_535; count++) ids.take(ids.give(count));
  assert.equal(ids.give(0), 2);
});
