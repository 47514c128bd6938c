import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSettled, SessionProgress } from './session-progress.js';

test('SessionProgress has nothing at first', () => {
  const progress = new SessionProgress(5);
  assert.equal(progress.number, 5);
  assert.deepEqual(progress.record(), { nextSequence: 0, cursor: 0, gaps: [] });
  assert.equal(progress.settle(0), undefined);
  assert.deepEqual([...progress.arrivals()], []);
});

test('SessionProgress moves the cursor over what is settled in order', () => {
  const progress = new SessionProgress(1);
  for (let sequence = 0; sequence < 5; sequence++) progress.add(sequence, 100 + sequence);
  assert.equal(progress.settle(0), 100);
  assert.equal(progress.settle(1), 101);
  assert.equal(progress.settle(1), undefined);
  assert.deepEqual(progress.record(), { nextSequence: 5, cursor: 2, gaps: [] });
  assert.equal(progress.settle(3), 103);
  assert.deepEqual(progress.record(), { nextSequence: 5, cursor: 2, gaps: [3, 4] });
  assert.deepEqual([...progress.arrivals()], [102, 104]);
  assert.equal(progress.settle(2), 102);
  assert.equal(progress.cursor, 4);
});

test('SessionProgress.add() tells when the written record takes the message for settled', () => {
  const progress = new SessionProgress(1);
  assert.equal(progress.add(20, 1), false);
  assert.equal(progress.add(12, 2), true); // a late retained message
  assert.deepEqual(progress.record(), { nextSequence: 21, cursor: 12, gaps: [13, 20] });
  assert.equal(progress.add(21, 3), false);
});

test('SessionProgress remembers what is released until it is complete', () => {
  const progress = new SessionProgress(1);
  assert.equal(progress.complete(3), false);
  progress.release(3);
  assert.equal(progress.complete(3), true);
  assert.equal(progress.complete(3), false);
});

/**
 * Goal: what is written says of every message that matters whether it is settled.
 * Method: any adds and settles against a plain map; after each step the record, and a progress
 * restored from it, agree with the map.
 */
test('SessionProgress agrees with a plain map, also after a restart', () => {
  const step = fc.record({ what: fc.constantFrom('add', 'late', 'settle'), pick: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const progress = new SessionProgress(1);
      const pending = new Map<number, number>();
      const settled = new Set<number>();
      let next = 0;
      let arrival = 0;
      for (const { what, pick } of steps) {
        if (what === 'settle') {
          const sequence = [...pending.keys()][pick % Math.max(1, pending.size)];
          if (sequence === undefined) continue;
          assert.equal(progress.settle(sequence), pending.get(sequence));
          pending.delete(sequence);
          settled.add(sequence);
        } else {
          const free = [...Array(next).keys()].filter(
            (one) => !pending.has(one) && !settled.has(one),
          );
          const sequence =
            what === 'late' ? free[pick % Math.max(1, free.length)] : next + (pick % 3);
          if (sequence === undefined) continue;
          next = Math.max(next, sequence + 1);
          progress.add(sequence, ++arrival);
          pending.set(sequence, arrival);
        }
        assert.equal(progress.pending, pending.size);
      }
      const record = progress.record();
      for (const sequence of pending.keys()) assert.equal(isSettled(record, sequence), false);
      for (const sequence of settled) assert.equal(isSettled(record, sequence), true);
      assert.equal(record.nextSequence, next);
      const restored = new SessionProgress(1);
      restored.restore(record);
      const ascending = [...pending].toSorted(([one], [other]) => one - other);
      for (const [sequence, from] of ascending) restored.restorePending(sequence, from);
      assert.deepEqual(restored.record(), record);
      assert.deepEqual(
        [...restored.arrivals()],
        ascending.map(([, from]) => from),
      );
    }),
  );
});

test('SessionProgress gives the memory of a long queue back', () => {
  const progress = new SessionProgress(1);
  for (let sequence = 0; sequence < 10_000; sequence++) progress.add(sequence, sequence + 1);
  for (let sequence = 9999; sequence >= 0; sequence--) {
    assert.equal(progress.settle(sequence), sequence + 1);
  }
  assert.deepEqual(progress.record(), { nextSequence: 10_000, cursor: 10_000, gaps: [] });
});
