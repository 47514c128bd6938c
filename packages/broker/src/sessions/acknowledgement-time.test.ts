import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AcknowledgementTime } from './acknowledgement-time.js';

test('AcknowledgementTime times one message at a time', () => {
  const time = new AcknowledgementTime();
  assert.deepEqual([time.isTiming, time.sentMs, time.meanMs], [false, undefined, 0]);
  time.sent(7, 1000);
  assert.deepEqual([time.isTiming, time.sentMs], [true, 1000]);
  assert.deepEqual([time.times(7), time.times(8)], [true, false]);
  assert.equal(time.acknowledged(1250), 250);
  assert.deepEqual([time.isTiming, time.meanMs, time.slowestMs], [false, 250, 250]);
});

test('AcknowledgementTime is a mean that the last eight matter most for', () => {
  const time = new AcknowledgementTime();
  const after = (ms: number) => {
    time.sent(1, 0);
    time.acknowledged(ms);
  };
  after(100);
  after(300);
  assert.deepEqual([time.meanMs, time.slowestMs], [200, 300]);
  for (let count = 0; count < 50; count++) after(10);
  assert.ok(time.meanMs > 10 && time.meanMs < 12, `${time.meanMs}`);
  assert.equal(time.slowestMs, 300);
});

test('AcknowledgementTime forgets what was sent to a connection that is gone', () => {
  const time = new AcknowledgementTime();
  time.sent(7, 0);
  time.forget();
  assert.deepEqual([time.isTiming, time.times(7), time.slowestMs], [false, false, 0]);
});
