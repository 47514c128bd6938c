import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortNumber } from './short-number.js';

for (const [value, text] of [
  [0, '0'],
  [0.25, '0.3'],
  [9999, '9999'],
  [10_000, '10.0k'],
  [99_949, '99.9k'],
  [123_456, '123k'],
  [999_499, '999k'],
  [999_600, '1.0M'],
  [5e9, '5.0G'],
  [1e18, '>999T'],
] as const) {
  test(`shortNumber() of ${value} is ${text}`, () => {
    assert.equal(shortNumber(value), text);
  });
}
