import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from './manual-clock.testing.js';
import { Slices } from './slices.js';

test('Slices end after their time, and the next begins when others had their turn', async () => {
  const clock = new ManualClock();
  const slices = new Slices(clock, 5);
  for (const isOver of [false, true, true]) {
    assert.equal(slices.isOver, isOver);
    clock.advance(5);
  }
  const next = slices.next();
  clock.advance(3); // others
  clock.endTurn();
  await next;
  clock.advance(4);
  assert.equal(slices.isOver, false);
  clock.advance(1);
  assert.equal(slices.isOver, true);
});
