import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.js';
import { Scheduler } from './scheduler.js';

test('Scheduler lets events happen in order of time, and of planning at one time', () => {
  const scheduler = new Scheduler();
  const random = new Random(3);
  const happened: [atMs: number, order: number][] = [];
  for (let order = 0; order < 500; order++) {
    const atMs = random.between(0, 40);
    scheduler.after(atMs, () => happened.push([scheduler.nowMs, order]));
  }
  while (scheduler.step());
  assert.equal(scheduler.steps, 500);
  const sorted = happened.toSorted((one, other) => one[0] - other[0] || one[1] - other[1]);
  assert.deepEqual(happened, sorted);
});

test('Scheduler.after() counts from the event that plans, and can be taken back', () => {
  const scheduler = new Scheduler();
  const happened: string[] = [];
  scheduler.after(10, () => {
    scheduler.after(5, () => happened.push(`second at ${scheduler.nowMs}`));
    takeBack();
  });
  const takeBack = scheduler.after(12, () => happened.push('never'));
  scheduler.after(-1, () => happened.push(`at once at ${scheduler.nowMs}`));
  while (scheduler.step());
  assert.deepEqual(happened, ['at once at 0', 'second at 15']);
});
