import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemClock } from './clock.js';

test('SystemClock.after() runs a task once, unless it is cancelled', async () => {
  const clock = new SystemClock();
  const before = clock.nowMs();
  const cancel = clock.after(0, () => assert.fail('was cancelled'));
  cancel();
  await new Promise<void>((resolve) => {
    clock.after(5, resolve);
  });
  assert.ok(clock.nowMs() - before >= 4);
});

test('SystemClock.after() does not fire at once for more than a timer can wait', () => {
  const clock = new SystemClock();
  const cancel = clock.after(2 ** 40, () => assert.fail('fired'));
  cancel();
});

test('SystemClock.endOfTurn() runs behind what runs now', async () => {
  const clock = new SystemClock();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    clock.endOfTurn(() => {
      order.push('end');
      resolve();
    });
  });
  order.push('turn');
  await done;
  assert.deepEqual(order, ['turn', 'end']);
});
