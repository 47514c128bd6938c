import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SequenceTracker } from './sequence-tracker.js';

test('SequenceTracker counts as a set would, whatever comes in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(900), { maxLength: 2000 }), (numbers) => {
      const tracker = new SequenceTracker(0);
      const seen = new Set<number>();
      let [duplicates, reordered, highest] = [0, 0, -1];
      for (const number of numbers) {
        if (seen.has(number)) duplicates++;
        else if (number < highest) reordered++;
        seen.add(number);
        highest = Math.max(highest, number);
        tracker.add(number);
      }
      assert.deepEqual(
        [tracker.unique, tracker.duplicates, tracker.reordered, tracker.highest],
        [seen.size, duplicates, reordered, highest],
      );
      assert.equal(tracker.missing(1000), 1000 - seen.size);
    }),
  );
});

test('SequenceTracker forgets what is far behind: it counts as late', () => {
  const tracker = new SequenceTracker(0);
  for (let number = 0; number < 5000; number += 2) assert.equal(tracker.add(number), 'next');
  assert.equal(tracker.add(4997), 'late');
  assert.equal(tracker.add(4997), 'duplicate');
  assert.equal(tracker.add(4000), 'duplicate');
  assert.equal(tracker.add(1), 'late');
});

test('SequenceTracker begins where it is told', () => {
  const tracker = new SequenceTracker(10);
  assert.equal(tracker.highest, 9);
  tracker.add(12);
  assert.equal(tracker.missing(15), 4);
  assert.equal(tracker.missing(0), 0);
});

test('SequenceTracker leaps over any distance', () => {
  const tracker = new SequenceTracker(0);
  for (const number of [0, 1_000_000, 1_000_001, 4_294_967_295]) tracker.add(number);
  assert.deepEqual([tracker.unique, tracker.duplicates], [4, 0]);
  assert.equal(tracker.add(4_294_967_295), 'duplicate');
});

test('SequenceTracker knows which numbers are missing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(300)), (order) => {
      const tracker = new SequenceTracker(0);
      const seen = new Set(order);
      for (const sequence of order) tracker.add(sequence);
      const missing = Array.from({ length: 310 }, (_, at) => at).filter((at) => !seen.has(at));
      const found = tracker
        .gaps(310)
        .flatMap(({ range: [from, to] }) =>
          Array.from({ length: to - from }, (_, at) => from + at),
        );
      assert.deepEqual(found, missing);
      assert.equal(tracker.forgotten, 0);
    }),
  );
});

test('SequenceTracker knows the last gaps one by one, and how large the others were', () => {
  const tracker = new SequenceTracker(0);
  for (let sequence = 1; sequence < 6000; sequence += 2) tracker.add(sequence);
  assert.equal(tracker.gaps(6000).length, 1024);
  assert.equal(tracker.forgotten + 1024, tracker.missing(6000));
  tracker.add(0);
  assert.equal(tracker.forgotten + 1024, tracker.missing(6000));
});

test('SequenceTracker knows between which connections a gap is', () => {
  const tracker = new SequenceTracker(0);
  for (const [sequence, connection] of [
    [2, 1],
    [4, 1],
    [8, 3],
    [4, 3],
    [6, 3],
  ] as const) {
    tracker.add(sequence, connection);
  }
  assert.deepEqual(tracker.gaps(10), [
    { range: [0, 2], before: 0, after: 1 },
    { range: [3, 4], before: 1, after: 1 },
    { range: [5, 6], before: 1, after: 3 },
    { range: [7, 8], before: 1, after: 3 },
    { range: [9, 10], before: 3, after: Infinity },
  ]);
  assert.deepEqual(new SequenceTracker(0).gaps(2), [{ range: [0, 2], before: 0, after: Infinity }]);
});
