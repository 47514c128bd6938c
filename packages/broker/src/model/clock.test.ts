import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemClock } from './clock.js';

test('SystemClock.nowMs() never goes back', () => {
  const clock = new SystemClock();
  let last = clock.nowMs();
  for (let count = 0; count < 1000; count++) {
    const now = clock.nowMs();
    assert.ok(now >= last);
    last = now;
  }
});

test('SystemClock.wallMs() is the time since 1970', () => {
  const before = Date.now();
  const wallMs = new SystemClock().wallMs();
  assert.ok(wallMs >= before && wallMs <= Date.now());
});

test('SystemClock.after() runs its task once, in the order of the delays', async () => {
  const clock = new SystemClock();
  const ran: string[] = [];
  const keepAlive = setInterval(() => {}, 1000); // timers of the clock keep no process alive
  await new Promise<void>((resolve) => {
    clock.after(15, () => resolve());
    clock.after(5, () => ran.push('second'));
    clock.after(1, () => ran.push('first'));
    clock.after(3, () => ran.push('cancelled'))();
  });
  clearInterval(keepAlive);
  assert.deepEqual(ran, ['first', 'second']);
});

test('SystemClock.endOfTurn() runs its task after all that is ready', async () => {
  const clock = new SystemClock();
  const ran: string[] = [];
  await new Promise<void>((resolve) => {
    clock.endOfTurn(() => {
      ran.push('end');
      resolve();
    });
    queueMicrotask(() => ran.push('microtask'));
    process.nextTick(() => ran.push('tick'));
    ran.push('now');
  });
  assert.equal(ran[0], 'now');
  assert.deepEqual(ran.slice(1, 3).toSorted(), ['microtask', 'tick']);
  assert.equal(ran[3], 'end');
});

test('SystemClock.rest() takes a moment and comes back', () => {
  const clock = new SystemClock();
  const before = clock.nowMs();
  for (let count = 0; count < 10; count++) clock.rest();
  assert.ok(clock.nowMs() > before);
});
