import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from './random.js';

test('systemRandom() gives numbers from 0 to below 1, and not always the same', () => {
  const drawn = Array.from({ length: 100 }, systemRandom);
  assert.ok(drawn.every((number) => number >= 0 && number < 1));
  assert.ok(new Set(drawn).size > 90);
});
