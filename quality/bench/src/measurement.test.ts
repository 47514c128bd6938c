import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresOf } from './figures.testing.js';
import { faultsInWords, summarize } from './measurement.js';
import type { Measurement } from './measurement.js';

function measurement(broker: string, run: number, cpuUs: number, failure?: string): Measurement {
  return { scenario: 'pairs', broker, run, failure, figures: figuresOf({ cpuUs }) };
}

test('summarize() takes the median of each broker apart, in the order they appear', () => {
  const summaries = summarize([
    measurement('b', 1, 10),
    measurement('a', 1, 1),
    measurement('b', 2, 30),
    measurement('a', 2, 3),
    measurement('b', 3, 20),
    measurement('a', 3, 2),
  ]);
  assert.deepEqual(
    summaries.map(({ broker, runs, medians }) => [broker, runs, medians?.cpuUs]),
    [
      ['b', 3, 20],
      ['a', 3, 2],
    ],
  );
});

test('summarize() counts no run that failed, and keeps its reason', () => {
  const [summary] = summarize([measurement('a', 1, 1), measurement('a', 2, 100, '3 lost')]);
  assert.equal(summary?.runs, 1);
  assert.equal(summary.medians?.cpuUs, 1);
  assert.deepEqual(summary.failures, ['3 lost']);
});

test('summarize() has no figures when no run counts', () => {
  const [summary] = summarize([measurement('a', 1, 1, 'stalled')]);
  assert.equal(summary?.runs, 0);
  assert.equal(summary.medians, undefined);
});

const faults: [
  name: string,
  lost: number,
  dup: number,
  order: number,
  stalled: boolean,
  string?,
][] = [
  ['nothing', 0, 0, 0, false],
  ['losses', 2, 0, 0, false, '2 lost'],
  ['all', 1, 2, 3, true, 'stalled, 1 lost, 2 duplicated, 3 reordered'],
];
for (const [name, lost, duplicated, reordered, stalled, expected] of faults) {
  test(`faultsInWords() names ${name}`, () => {
    assert.equal(faultsInWords({ lost, duplicated, reordered }, stalled), expected);
  });
}
