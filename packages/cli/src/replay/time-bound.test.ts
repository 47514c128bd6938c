import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundUs, timeBound } from './time-bound.js';

for (const [text, us] of [
  ['0', 1000],
  ['90', 90_001_000],
  ['0.25', 251_000],
  ['2026-01-31T08:05:09Z', 1_769_846_709_000_000],
  ['2026-01-31T09:05:09.25+01:00', 1_769_846_709_250_000],
] as const) {
  test(`timeBound() of '${text}' in a recording from 1000 µs on is ${us}`, () => {
    assert.equal(boundUs(timeBound('--from', text), 1000), us);
  });
}

for (const text of ['', '-1', 'noon', 'Infinity', '2026-13-01T00:00:00Z', '1e15']) {
  test(`timeBound() refuses '${text}'`, () => {
    assert.throws(() => timeBound('--to', text), {
      name: 'UsageError',
      message: /^--to must be seconds from the first message, or a time such as /,
    });
  });
}
