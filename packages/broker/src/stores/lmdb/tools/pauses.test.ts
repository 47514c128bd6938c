import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pauses } from './pauses.js';

test('Pauses are due now and then', () => {
  const pauses = new Pauses(new AbortController().signal);
  let due = 0;
  for (let step = 0; step < 10_000; step++) if (pauses.isDue) due++;
  assert.equal(due, 4);
});

test('Pauses let others have their turn, and notice a signal then', async () => {
  const stop = new AbortController();
  const pauses = new Pauses(stop.signal);
  await pauses.pause();
  setImmediate(() => stop.abort(new Error('stopped')));
  await assert.rejects(pauses.pause(), /stopped/);
});
