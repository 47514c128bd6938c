import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Latencies } from './latencies.js';

test('Latencies have the percentiles of all values, to three digits', () => {
  const latencies = Latencies.empty();
  for (let us = 1; us <= 100_000; us++) latencies.add(us);
  const near = (value: number, wanted: number) =>
    assert.ok(Math.abs(value - wanted) <= wanted / 1000, `${value} is not ${wanted}`);
  const summary = latencies.summary()!;
  near(summary.p50Ms, 50);
  near(summary.p90Ms, 90);
  near(summary.p99Ms, 99);
  near(summary.p999Ms, 99.9);
  near(summary.p9999Ms, 99.99);
  near(summary.maxMs, 100);
  near(summary.meanMs, 50);
  assert.deepEqual([summary.count, summary.minMs], [100_000, 0.001]);
});

test('Latencies go to another process and are merged there', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000_000)), fc.array(fc.nat(1000)), (some, others) => {
      const [one, other, both] = [Latencies.empty(), Latencies.empty(), Latencies.empty()];
      for (const us of some) one.add(us);
      for (const us of others) other.add(us);
      for (const us of [...some, ...others]) both.add(us);
      one.merge(Latencies.decode(other.encode()));
      assert.deepEqual(one.summary(), both.summary());
    }),
    { numRuns: 20 },
  );
});

test('Latencies take any time, and none at all', () => {
  const latencies = Latencies.empty();
  assert.equal(latencies.summary(), undefined);
  assert.equal(latencies.percentileMs(50), 0);
  for (const us of [-5, 0, 0.4, 1e12]) latencies.add(us);
  assert.equal(latencies.count, 4);
  assert.equal(latencies.summary()?.minMs, 0.001);
  latencies.clear();
  assert.equal(latencies.count, 0);
});
