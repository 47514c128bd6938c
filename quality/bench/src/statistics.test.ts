import assert from 'node:assert/strict';
import { test } from 'node:test';

import { median, medianError, quantile, spread } from './statistics.js';

const medians: [values: number[], expected: number][] = [
  [[7], 7],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
];
for (const [values, expected] of medians) {
  test(`median() of ${values.join(', ')} is ${expected}`, () => {
    assert.equal(median(values), expected);
  });
}

test('median() leaves its argument in order', () => {
  const values = [3, 1, 2];
  median(values);
  assert.deepEqual(values, [3, 1, 2]);
});

test('median() refuses an empty list', () => {
  assert.throws(() => median([]), RangeError);
});

const spreads: [values: number[], expected: number][] = [
  [[5], 0],
  [[0, 0], 0],
  [[9, 10, 11], 0.2],
];
for (const [values, expected] of spreads) {
  test(`spread() of ${values.join(', ')} is ${expected}`, () => {
    assert.equal(spread(values), expected);
  });
}

const quantiles: [values: number[], share: number, expected: number][] = [
  [[7], 0.25, 7],
  [[5, 1, 3, 2, 4], 0.25, 2],
  [[4, 2], 0.75, 3.5],
  [[10, 9, 100], 1, 100],
];
for (const [values, share, expected] of quantiles) {
  test(`quantile() of ${values.join(', ')} at ${share} is ${expected}`, () => {
    assert.equal(quantile(values, share), expected);
  });
}

test('quantile() refuses an empty list', () => {
  assert.throws(() => quantile([], 0.5), RangeError);
});

test('medianError() falls with the root of the number of values', () => {
  const values = [1, 2, 3, 4, 5];
  const often = Array.from({ length: 400 }, () => values).flat();
  assert.ok(Math.abs(medianError(values) - (0.93 * 2) / Math.sqrt(5)) < 1e-12);
  assert.ok(Math.abs(medianError(often) - medianError(values) / 20) < 1e-12);
  assert.equal(medianError([7]), 0);
});
