import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecayingRate } from './decaying-rate.js';

/** A rate that had `perSecond` messages a second for so long. */
function steady(perSecond: number, seconds: number): DecayingRate {
  const rate = new DecayingRate(0);
  for (let n = 0; n < perSecond * seconds; n++) rate.add(1, (n * 1000) / perSecond);
  return rate;
}

for (const [perSecond, seconds] of [
  [100, 2],
  [100, 60],
  [1000, 10],
  [1, 60],
] as const) {
  test(`DecayingRate of ${perSecond} a second for ${seconds} s is about that`, () => {
    const now = steady(perSecond, seconds).perSecond(seconds * 1000);
    assert.ok(Math.abs(now - perSecond) < perSecond * 0.11, String(now));
  });
}

test('DecayingRate forgets, and knows nothing of what never came', () => {
  const rate = steady(100, 10);
  assert.ok(rate.perSecond(15_000) < 50);
  assert.ok(rate.perSecond(60_000) < 0.01);
  assert.equal(new DecayingRate(0).perSecond(10_000), 0);
});

test('DecayingRate does not take one message for a crowd', () => {
  const rate = new DecayingRate(500);
  rate.add(1, 500);
  assert.ok(rate.perSecond(501) < 1.5);
});
