import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencySet, noCounts } from '../figures.js';
import { intervalOf, resultOf } from '../result.testing.js';
import { mainLatency, reportPlots, timeText } from './report-plots.js';
import { reportWords } from './report-words.js';

const say = reportWords('en');
const counts = { ...noCounts(), sent: 100, received: 90 };
const intervals = [
  intervalOf('connect', 0),
  intervalOf('measure', 1, { counts, load: { worker: 0.5, cpu: 0.25, machine: 0.75 } }),
  intervalOf('measure', 2, { counts, latencies: latencySet(() => undefined) }),
];
const summary = intervals[0]!.latencies.deliver;
const titlesOf = (result: Parameters<typeof reportPlots>[0]) =>
  reportPlots(result, say).map(({ text }) => /<h3>(.*?)<\/h3>/.exec(text)?.[1]);

test('reportPlots() draws what there are figures for', () => {
  assert.deepEqual(titlesOf(resultOf()), []);
  assert.deepEqual(titlesOf(resultOf({ intervals })), ['Connections', 'The bench itself']);
  const latencies = latencySet((name) => (name === 'deliver' ? summary : undefined));
  const distribution = latencySet((name) =>
    name === 'deliver'
      ? ([
          [0, 1],
          [50, 2],
          [99, 9],
          [100, 70],
        ] as const)
      : [],
  );
  assert.deepEqual(titlesOf(resultOf({ intervals, total: counts, latencies, distribution })), [
    'Messages',
    'Latency over time',
    'Latency by percentile',
    'Connections',
    'The bench itself',
  ]);
});

test('reportPlots() says the values where the pointer stands', () => {
  const plots = reportPlots(resultOf({ intervals, total: counts }), say);
  const all = plots.map(({ text }) => text).join('');
  assert.match(all, /<title>1\.0–2\.0 s · sent: 100 · received: 90<\/title>/);
  assert.match(all, /<title>1\.0–2\.0 s · busiest event loop: 50 % · [^<]*: 25 % · [^<]*: 75 %</);
});

test('reportPlots() has no more points than can be seen', () => {
  const { latencies } = intervals[0]!;
  const many = Array.from({ length: 10_000 }, (_, at) =>
    intervalOf('measure', at, { counts, latencies }),
  );
  const [plot] = reportPlots(resultOf({ intervals: many, total: counts }), say);
  assert.equal(plot!.text.match(/class="col"/g)?.length, 400);
  assert.match(plot!.text, /A point is up to 25 intervals/);
});

test('mainLatency() is the time to delivery, if there is one', () => {
  assert.equal(mainLatency(resultOf()), undefined);
  assert.equal(mainLatency(resultOf({ latencies: latencySet(() => summary) })), 'deliver');
  const connecting = latencySet((name) => (name === 'connect' ? summary : undefined));
  assert.equal(mainLatency(resultOf({ latencies: connecting })), 'connect');
});

const times: [ms: number, text: string][] = [
  [0.001, '1 µs'],
  [0.25, '250 µs'],
  [1, '1 ms'],
  [12.34, '12.3 ms'],
  [500, '500 ms'],
  [2000, '2 s'],
  [100_000, '100 s'],
];
for (const [ms, text] of times) {
  test(`timeText() of ${ms} ms is ${text}`, () => assert.equal(timeText(ms), text));
}
