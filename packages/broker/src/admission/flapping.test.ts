import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flapping } from './flapping.js';

test('Flapping.connected() tells of one connect too many in the window, and begins anew', () => {
  const flapping = new Flapping(2, 1000);
  const told = [0, 10, 20, 30, 40, 50].map((nowMs) => flapping.connected('c', nowMs));
  assert.deepEqual(told, [false, false, true, false, false, true]);
});

test('Flapping.connected() forgets a window that is over, and counts each client apart', () => {
  const flapping = new Flapping(1, 1000);
  assert.equal(flapping.connected('c', 0), false);
  assert.equal(flapping.connected('__proto__', 1), false);
  assert.equal(flapping.connected('c', 1000), false);
  assert.equal(flapping.connected('c', 1999), true);
});

test('Flapping.connected() looks for nobody where it is off', () => {
  const flapping = new Flapping(0, 1000);
  for (let step = 0; step < 100; step++) assert.equal(flapping.connected('c', 0), false);
});
