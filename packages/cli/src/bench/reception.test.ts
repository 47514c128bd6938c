import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounts } from './figures.js';
import { planOf, publishing } from './load-plan.testing.js';
import { Reception, StreamIndex } from './reception.js';

const stamp = (sequence: number, stream = 0, run = 1) => ({ run, stream, sequence, dueUs: 0 });

test('StreamIndex knows which streams a filter brings', () => {
  const index = new StreamIndex(
    planOf([{ name: 'a', count: 3, publish: [publishing('x/{n}'), publishing('y')] }]),
  );
  assert.deepEqual(index.of('x/1'), [1]);
  assert.deepEqual(index.of('y'), [3, 4, 5]);
  assert.deepEqual(index.of('x/+'), [0, 1, 2]);
  assert.deepEqual(index.of('#'), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(index.of('z'), []);
});

test('Reception counts what is new, late, double and foreign', () => {
  const counts = noCounts();
  const reception = new Reception(1, counts, new Set([0]));
  assert.equal(reception.add(stamp(0), 2, 10), 'next');
  assert.equal(reception.add(stamp(2), 2, 10), 'next');
  assert.equal(reception.add(stamp(1), 2, 10), 'late');
  assert.equal(reception.add(stamp(1), 2, 10), 'duplicate');
  assert.equal(reception.add(stamp(2), 1, 10), 'duplicate');
  assert.equal(reception.add(stamp(3, 0, 2), 1, 10), undefined);
  assert.equal(reception.add(undefined, 1, 10), undefined);
  const { received, receivedBytes, duplicates, duplicatesOfQoS2, reordered, foreign } = counts;
  assert.deepEqual(
    { received, receivedBytes, duplicates, duplicatesOfQoS2, reordered, foreign },
    {
      received: 5,
      receivedBytes: 50,
      duplicates: 2,
      duplicatesOfQoS2: 1,
      reordered: 1,
      foreign: 2,
    },
  );
});

test('Reception misses what was sent and did not come, to the very last', () => {
  const reception = new Reception(1, noCounts(), new Set([0, 1]));
  for (const sequence of [0, 1, 3]) reception.add(stamp(sequence), 1, 1);
  assert.equal(reception.missing([4, 0]), 1);
  assert.equal(reception.missing([6, 0]), 3);
  assert.equal(reception.missing([6, 5, 99]), 8);
});

test('Reception of any run misses what lies in between', () => {
  const counts = noCounts();
  const reception = new Reception(0, counts, new Set());
  for (const sequence of [7, 8, 10]) reception.add(stamp(sequence, 3, 9), 1, 1);
  reception.add(stamp(0, 3, 10), 1, 1);
  assert.equal(reception.missing([]), 1);
  assert.equal(counts.received, 4);
});
