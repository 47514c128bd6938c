import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresOf, figuresOfRuns } from './figures.testing.js';
import type { Figures, Summary } from './measurement.js';
import { scenarioReport, summaryTable } from './report.js';

function summary(
  scenario: string,
  broker: string,
  figures: Partial<Figures> | undefined,
  failures: string[] = [],
): Summary {
  const medians = figures === undefined ? undefined : figuresOf(figures);
  const runs = medians === undefined ? 0 : 3 - failures.length;
  const byRun = figuresOfRuns(medians === undefined ? [] : [medians]);
  return { scenario, broker, runs, figures: byRun, failures, medians, cpuSpread: 0.1 };
}

const summaries = [
  summary('fan-out', 'magpie', { messagesPerS: 1_500_000.4, cpuUs: 0.55, generatorCpuUs: 0.4 }),
  summary('fan-out', 'mosquitto', {
    messagesPerS: 150_000,
    cpuUs: 6.54,
    generatorCpuUs: 3,
    waited: 0.02,
  }),
  summary('fan-out', 'aedes', undefined, ['2 lost', '1 lost', 'stalled']),
  summary('idle', 'magpie', { cpuUs: 250, residentBytes: 9 * 1024 }),
];

test('scenarioReport() shows each broker, the target and what does not count', () => {
  const report = scenarioReport({ name: 'fan-out', title: 'Fan-out' }, summaries, 3);
  assert.deepEqual(report, [
    'Fan-out',
    '             messages/s  CPU µs/delivery  generator µs  waited  runs  spread',
    '  magpie      1,500,000             0.55           0.4     0 %   3/3    10 %',
    '  mosquitto     150,000             6.54             3     2 %   3/3    10 %',
    '  aedes               –                –             –       –   0/3       –',
    '  CPU µs a delivery, magpie / mosquitto: 0.0841 (target ≤ 0.12): yes',
    '  A run of aedes does not count: 2 lost',
    '  A run of aedes does not count: 1 lost',
    '  A run of aedes does not count: stalled',
  ]);
});

test('scenarioReport() shows memory where the scenario is about it', () => {
  const report = scenarioReport({ name: 'idle', title: 'Idle', shows: 'memory' }, summaries, 3);
  assert.ok(report.some((line) => line.includes('KiB each')));
  assert.ok(report.includes('  resident KiB each: 9 (target ≤ 8): no'));
});

test('scenarioReport() shows latencies where the scenario is about them', () => {
  const scenario = { name: 'open-loop', title: 'Open loop', shows: 'latency' } as const;
  const report = scenarioReport(scenario, [summary('open-loop', 'magpie', { p99Us: 1234 })], 3);
  assert.match(report[2] ?? '', /1,234/);
});

test('scenarioReport() tells a target that is a least value', () => {
  const scenario = { name: 'durable-fill', title: 'Fill', durable: 'fill' } as const;
  const own = [
    summary('durable-fill', 'magpie', { messagesPerS: 90_000, cpuUs: 9 }),
    summary('durable-fill', 'bare-store', { messagesPerS: 100_000, cpuUs: 2 }),
  ];
  const report = scenarioReport(scenario, own, 3);
  assert.deepEqual(report.slice(-3), [
    '  messages/s: 90,000 (target ≥ 80,000): yes',
    '  messages/s, magpie / bare-store: 0.9 (target ≥ 0.6): yes',
    '  CPU µs a delivery: 9 (target ≤ 8): no',
  ]);
});

test('scenarioReport() says whose throughput it is where that is the target', () => {
  const scenario = { name: 'tls', title: 'TLS', shows: 'throughput' } as const;
  const own = [
    summary('tls', 'magpie', { messagesPerS: 700, cpuUs: 1, generatorCpuUs: 1.1 }),
    summary('tls', 'no-tls', { messagesPerS: 1000, cpuUs: 0.5, generatorCpuUs: 0.4 }),
  ];
  assert.deepEqual(scenarioReport(scenario, own, 3).slice(-3), [
    '  messages/s, magpie / no-tls, median of 1 pairs of runs: 0.7 (target ≥ 0.6): yes',
    '  CPU µs a delivery, magpie / no-tls, median of 1 pairs of runs: 2 (target ≤ 1.67): no',
    '  messages/s of magpie are the load generator’s, which takes more CPU: compare CPU µs',
  ]);
});

test('summaryTable() has a row for each figure with a target and a column for each broker', () => {
  const scenarios = [
    { name: 'fan-out', title: 'Fan-out' },
    { name: 'idle', title: 'Idle', shows: 'memory' },
  ] as const;
  assert.deepEqual(summaryTable(scenarios, summaries, ['magpie', 'mosquitto']), [
    '|  | magpie | mosquitto | Magpie’s | target | met |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    '| Fan-out: CPU µs a delivery | 0.55 | 6.54 | 0.0841 of mosquitto | ≤ 0.12 | yes |',
    '| Idle: resident KiB each | 9 | – | 9 | ≤ 8 | no |',
    '| Idle: CPU µs a delivery | 250 | – | – | ≤ 3 | – |',
  ]);
});

test('summaryTable() says where a ratio is that of pairs', () => {
  const own = [
    summary('sight', 'magpie', { cpuUs: 1.04 }),
    summary('sight', 'no-sight', { cpuUs: 1 }),
  ];
  const [row] = summaryTable([{ name: 'sight', title: 'Sight' }], own, [
    'magpie',
    'no-sight',
  ]).slice(2);
  const ratio = '1.04 of no-sight, median of 1 pairs of runs';
  assert.equal(row, `| Sight: CPU µs a delivery | 1.04 | 1 | ${ratio} | ≤ 1.05 | yes |`);
});
