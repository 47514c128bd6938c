import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Due, DueQueue } from './due-queue.js';

test('DueQueue gives the earliest first, whatever the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), (times) => {
      const queue = new DueQueue<Due>();
      for (const dueUs of times) queue.add({ dueUs });
      const taken: number[] = [];
      while (queue.first !== undefined) taken.push(queue.take()!.dueUs);
      assert.deepEqual(
        taken,
        times.toSorted((one, other) => one - other),
      );
      assert.equal(queue.take(), undefined);
    }),
  );
});

test('DueQueue can be emptied', () => {
  const queue = new DueQueue<Due>();
  queue.add({ dueUs: 1 });
  queue.clear();
  assert.equal(queue.size, 0);
});
