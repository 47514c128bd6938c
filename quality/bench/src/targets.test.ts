import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresOf, figuresOfRuns } from './figures.testing.js';
import type { Figures, Summary } from './measurement.js';
import { MATCHING, RECOVERY, SCENARIOS } from './scenarios.js';
import { checkTarget, TARGETS } from './targets.js';
import type { Target } from './targets.js';

function summary(broker: string, figures: Partial<Figures> | undefined): Summary {
  const medians = figures === undefined ? undefined : figuresOf(figures);
  const byRun = figuresOfRuns([]);
  return { scenario: 'idle', broker, runs: 3, figures: byRun, failures: [], medians, cpuSpread: 0 };
}

const ratio: Target = { scenario: 'idle', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.5 };
const absolute: Target = {
  scenario: 'idle',
  figure: 'residentBytes',
  versus: undefined,
  atMost: 100,
};
const least: Target = {
  scenario: 'idle',
  figure: 'messagesPerS',
  versus: undefined,
  atLeast: 10,
};

const cases: [rule: string, Target, Summary[], value: number | undefined, met?: boolean][] = [
  [
    'meets a ratio that is equal',
    ratio,
    [summary('magpie', { cpuUs: 2 }), summary('mosquitto', { cpuUs: 4 })],
    0.5,
    true,
  ],
  [
    'misses a ratio that is above',
    ratio,
    [summary('magpie', { cpuUs: 3 }), summary('mosquitto', { cpuUs: 4 })],
    0.75,
    false,
  ],
  [
    'takes the figure of the same broker in another scenario',
    { ...ratio, versus: { scenario: 'other' } },
    [
      summary('magpie', { cpuUs: 2 }),
      { ...summary('magpie', { cpuUs: 8 }), scenario: 'other' },
      { ...summary('mosquitto', { cpuUs: 1 }), scenario: 'other' },
    ],
    0.25,
    true,
  ],
  ['meets an absolute value', absolute, [summary('magpie', { residentBytes: 99 })], 99, true],
  ['misses an absolute value', absolute, [summary('magpie', { residentBytes: 101 })], 101, false],
  ['meets a least value', least, [summary('magpie', { messagesPerS: 10 })], 10, true],
  ['misses a least value', least, [summary('magpie', { messagesPerS: 9 })], 9, false],
  ['has no verdict without the peer', ratio, [summary('magpie', { cpuUs: 2 })], undefined],
  [
    'has no verdict when no run counted',
    ratio,
    [summary('magpie', undefined), summary('mosquitto', { cpuUs: 4 })],
    undefined,
  ],
];
for (const [rule, target, summaries, value, met] of cases) {
  test(`checkTarget() ${rule}`, () => {
    assert.deepEqual(checkTarget(target, summaries), { target, value, met });
  });
}

const paired: Target = { scenario: 'idle', figure: 'cpuUs', versus: 'no-sight', atMost: 1.05 };
/** CPU µs of the runs that count, by their number. */
function inRuns(broker: string, runs: readonly [run: number, cpuUs: number][]): Summary {
  const figures = new Map(runs.map(([run, cpuUs]) => [run, figuresOf({ cpuUs })]));
  return { ...summary(broker, { cpuUs: 1000 }), figures };
}
const pairs: [
  rule: string,
  Summary[],
  value: number | undefined,
  met: boolean | undefined,
  number,
][] = [
  [
    'takes the ratio of neighbouring runs, and of those the median',
    // The machine is slower from run to run: the ratio of medians would be 1.2.
    [
      inRuns('magpie', [
        [1, 11],
        [2, 24],
        [3, 42],
      ]),
      inRuns('no-sight', [
        [1, 10],
        [2, 20],
        [3, 40],
      ]),
    ],
    1.1,
    false,
    3,
  ],
  [
    'leaves a run out whose neighbour does not count',
    [
      inRuns('magpie', [
        [1, 11],
        [3, 40],
      ]),
      inRuns('no-sight', [
        [2, 10],
        [3, 40],
      ]),
    ],
    1,
    true,
    1,
  ],
  ['has no verdict without pairs', [inRuns('magpie', [[1, 11]])], undefined, undefined, 0],
];
for (const [rule, summaries, value, met, count] of pairs) {
  test(`checkTarget() beside Magpie without something ${rule}`, () => {
    assert.deepEqual(checkTarget(paired, summaries), { target: paired, value, met, pairs: count });
  });
}

test('TARGETS name scenarios that exist', () => {
  const names = new Set<string>([...SCENARIOS, MATCHING, RECOVERY].map(({ name }) => name));
  for (const { scenario, versus } of TARGETS) {
    assert.ok(names.has(scenario), scenario);
    if (typeof versus === 'object') assert.ok(names.has(versus.scenario), versus.scenario);
  }
});
