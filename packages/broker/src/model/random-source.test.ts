import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemRandom } from './random-source.js';

test('SystemRandom gives whole numbers of 32 bits, another one each time', () => {
  const source = new SystemRandom();
  const numbers = Array.from({ length: 100 }, () => source.uint32());
  for (const number of numbers) {
    assert.ok(Number.isInteger(number) && number >= 0 && number < 2 ** 32, String(number));
  }
  assert.ok(new Set(numbers).size > 90);
});
