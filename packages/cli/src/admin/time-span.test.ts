import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../mqtt/usage-error.js';
import { durationMs, timeSpanMs } from './time-span.js';

for (const [text, ms] of [
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0s', 0],
] as const) {
  test(`timeSpanMs() reads ${text}`, () => assert.equal(timeSpanMs('--for', text), ms));
}

for (const text of ['', '10', 'm', '-1s', '1y', '1em', ' 1s']) {
  test(`timeSpanMs() does not read '${text}'`, () => {
    assert.throws(
      () => timeSpanMs('--for', text),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(
          error.message,
          `--for must be a number with s, m, h or d, such as 10m: it is '${text}'`,
        );
        return true;
      },
    );
  });
}

for (const [text, ms] of [
  ['90s', 90_000],
  ['999999d', 86_399_913_600_000],
] as const) {
  test(`durationMs() reads ${text}`, () => assert.equal(durationMs('--for', text), ms));
}

for (const [text, message] of [
  ['0s', "--for must be more than 0 and at most 999999d: it is '0s'"],
  ['1000000d', "--for must be more than 0 and at most 999999d: it is '1000000d'"],
  ['1 h', "--for must be a number with s, m, h or d, such as 10m: it is '1 h'"],
] as const) {
  test(`durationMs() refuses ${text}`, () => {
    assert.throws(() => durationMs('--for', text), { name: 'UsageError', message });
  });
}
