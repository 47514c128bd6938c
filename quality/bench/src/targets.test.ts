import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresOf } from './figures.testing.js';
import type { Figures, Summary } from './measurement.js';
import { MATCHING, RECOVERY, SCENARIOS } from './scenarios.js';
import { checkTarget, TARGETS } from './targets.js';
import type { Target } from './targets.js';

function summary(broker: string, figures: Partial<Figures> | undefined): Summary {
  const medians = figures === undefined ? undefined : figuresOf(figures);
  return { scenario: 'idle', broker, runs: 3, failures: [], medians, cpuSpread: 0 };
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

test('TARGETS name scenarios that exist', () => {
  const names = new Set<string>([...SCENARIOS, MATCHING, RECOVERY].map(({ name }) => name));
  for (const { scenario, versus } of TARGETS) {
    assert.ok(names.has(scenario), scenario);
    if (typeof versus === 'object') assert.ok(names.has(versus.scenario), versus.scenario);
  }
});
