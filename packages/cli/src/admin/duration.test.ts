import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs } from './duration.js';

for (const [text, ms] of [
  ['1s', 1000],
  ['90s', 90_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
] as const) {
  test(`durationMs() reads ${text}`, () => assert.equal(durationMs('--for', text), ms));
}

for (const text of ['', '0s', '-1s', '1', 's', '1.5h', '1 h', '1w', '1234567s']) {
  test(`durationMs() refuses '${text}'`, () => {
    assert.throws(() => durationMs('--for', text), {
      name: 'UsageError',
      message: `--for must be a time such as 90s, 15m, 2h or 7d: it is '${text}'`,
    });
  });
}
