import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecondSight } from './second-sight.js';

test('SecondSight.again() is true from the second time on', () => {
  const sight = new SecondSight();
  for (const hash of [1, -1, 2 ** 31 - 1, -(2 ** 31), 0x12345678]) {
    assert.deepEqual(
      [sight.again(hash), sight.again(hash), sight.again(hash)],
      [false, true, true],
      String(hash),
    );
  }
});

test('SecondSight.again() tells many things apart', () => {
  const sight = new SecondSight(1024);
  let taken = 0;
  for (let count = 1; count <= 100; count++) {
    if (sight.again(Math.imul(count, 0x9e3779b1))) taken++;
  }
  assert.equal(taken, 0);
});

test('SecondSight forgets what was seen long ago, and goes on', () => {
  const sight = new SecondSight(4);
  for (let count = 1; count <= 1000; count++) assert.equal(sight.again(count), false);
  assert.equal(sight.again(1), false);
  assert.equal(sight.again(1), true);
});
