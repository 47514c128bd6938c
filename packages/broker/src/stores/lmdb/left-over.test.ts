import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeftOver } from './left-over.js';

test('LeftOver gives all that was added, in pieces', () => {
  const leftOver = new LeftOver();
  leftOver.add([1, 2, 3]);
  leftOver.add([]);
  leftOver.add(new Set([4, 5]));
  for (const piece of [[1, 2], [3, 4], [5], []]) {
    assert.deepEqual([...leftOver.take(2)], piece);
  }
  assert.equal(leftOver.isEmpty, true);
});

test('LeftOver looks at no more than is taken', () => {
  let looked = 0;
  function* numbers() {
    for (;;) yield looked++;
  }
  const leftOver = new LeftOver();
  leftOver.add(numbers());
  assert.deepEqual([...leftOver.take(3)], [0, 1, 2]);
  assert.equal(looked, 3);
  assert.equal(leftOver.isEmpty, false);
});
