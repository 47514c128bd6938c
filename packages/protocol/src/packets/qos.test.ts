import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isQoS } from './qos.js';

test('isQoS() takes 0, 1 and 2', () => {
  assert.deepEqual([-1, 0, 1, 2, 3, 0.5, 0x80].filter(isQoS), [0, 1, 2]);
});
