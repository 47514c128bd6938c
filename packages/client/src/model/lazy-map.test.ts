import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LazyMap } from './lazy-map.js';

test('LazyMap is empty before anything is set', () => {
  const map = new LazyMap<string, number>();
  assert.equal(map.size, 0);
  assert.equal(map.get('a'), undefined);
  assert.deepEqual([map.has('a'), map.delete('a')], [false, false]);
  assert.deepEqual([...map, ...map.keys(), ...map.values()], []);
  map.clear();
});

test('LazyMap keeps what is set, in order', () => {
  const map = new LazyMap<string, number>();
  for (const [index, key] of ['b', 'a', 'c'].entries()) map.set(key, index);
  assert.equal(map.delete('a'), true);
  assert.equal(map.size, 2);
  assert.deepEqual([map.has('b'), map.get('c')], [true, 2]);
  assert.deepEqual(
    [...map],
    [
      ['b', 0],
      ['c', 2],
    ],
  );
  assert.deepEqual(
    [[...map.keys()], [...map.values()]],
    [
      ['b', 'c'],
      [0, 2],
    ],
  );
  map.clear();
  assert.equal(map.size, 0);
});
