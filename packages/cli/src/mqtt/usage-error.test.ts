import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsInMs, UsageError, wholeNumber } from './usage-error.js';

for (const text of ['', ' ', '1.5', '-1', '4', 'x', 'NaN', 'Infinity', '0x']) {
  test(`wholeNumber() refuses '${text}' where 0 to 3 is meant`, () => {
    assert.throws(() => wholeNumber('--n', text, 0, 3), UsageError);
  });
}

test('wholeNumber() takes both ends of its range', () => {
  assert.deepEqual([wholeNumber('--n', '0', 0, 3), wholeNumber('--n', '3', 0, 3)], [0, 3]);
});

test('secondsInMs() takes fractions of a second, and a day at most', () => {
  assert.deepEqual([secondsInMs('-W', '0.25'), secondsInMs('-W', '86400')], [250, 86_400_000]);
  for (const text of ['', '-1', 'soon', '86401', 'NaN']) {
    assert.throws(() => secondsInMs('-W', text), UsageError);
  }
});
