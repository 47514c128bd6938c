import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

test('TokenBucket.take() lets a full bucket through and then says how long a debt lasts', () => {
  const bucket = new TokenBucket(10, 10, 0);
  for (let step = 0; step < 10; step++) assert.equal(bucket.take(1, 0), 0);
  assert.equal(bucket.take(1, 0), 100);
  assert.equal(bucket.take(1, 0), 200);
  assert.equal(bucket.take(1, 300), 0);
});

test('TokenBucket.take() takes what is larger than the bucket, and has it paid', () => {
  const bucket = new TokenBucket(100, 100, 0);
  assert.equal(bucket.take(1100, 0), 10_000);
  assert.equal(bucket.take(0, 10_000), 0);
});

test('TokenBucket.tryTake() takes nothing where there is too little', () => {
  const bucket = new TokenBucket(1, 2, 0);
  assert.deepEqual(
    [bucket.tryTake(1, 0), bucket.tryTake(1, 0), bucket.tryTake(1, 0)],
    [true, true, false],
  );
  assert.equal(bucket.tryTake(1, 999), false);
  assert.equal(bucket.tryTake(1, 1000), true);
});

test('TokenBucket never lets more through than its capacity and what time brought', () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat(500), amount: fc.nat(20) }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), steps, (perSecond, all) => {
      const bucket = new TokenBucket(perSecond, perSecond, 0);
      let nowMs = 0;
      let taken = 0;
      for (const { waitMs, amount } of all) {
        nowMs += waitMs;
        if (bucket.tryTake(amount, nowMs)) taken += amount;
        assert.ok(taken <= perSecond + (nowMs * perSecond) / 1000 + 1e-6);
      }
    }),
  );
});
