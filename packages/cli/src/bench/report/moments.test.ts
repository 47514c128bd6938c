import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalOf } from '../result.testing.js';
import { noCounts } from '../figures.js';
import { momentsOf } from './moments.js';

const intervals = Array.from({ length: 10 }, (_, at) =>
  intervalOf(at < 3 ? 'warm-up' : 'measure', at, {
    counts: { ...noCounts(), sent: 1 },
    load: { worker: at / 10, cpu: 0, machine: 0 },
  }),
);

test('momentsOf() leaves intervals alone that are few', () => {
  assert.deepEqual(momentsOf(intervals, 10), intervals);
  assert.deepEqual(momentsOf([], 10), []);
});

test('momentsOf() puts several together, of one phase, and keeps what was worst', () => {
  const moments = momentsOf(intervals, 3);
  assert.deepEqual(
    moments.map(({ phase, lengthS, atS }) => [phase, lengthS, atS]),
    [
      ['warm-up', 3, 3],
      ['measure', 4, 7],
      ['measure', 3, 10],
    ],
  );
  assert.deepEqual(
    moments.map(({ counts, load, latencies }) => {
      const { count, maxMs, p50Ms } = latencies.deliver!;
      return [counts.sent, load.worker, count, Math.round(p50Ms), maxMs];
    }),
    [
      [3, 0.2, 6, 3, 30],
      [4, 0.6, 8, 7, 70],
      [3, 0.9, 6, 10, 100],
    ],
  );
  assert.equal(moments[0]?.latencies.connect, undefined);
});
