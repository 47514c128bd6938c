import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencySet, noCounts } from './figures.js';
import { Latencies } from './latencies.js';
import { grouped, intervalLine, milliseconds, resultLines } from './result-lines.js';
import { resultOf } from './result.testing.js';

const latencies = Latencies.empty();
for (const us of [1500, 2500]) latencies.add(us);
const deliver = latencySet((name) => (name === 'deliver' ? latencies.summary() : undefined));

test('resultLines() shows counts, times and that all is well', () => {
  const total = { ...noCounts(), sent: 1200, received: 1200 };
  const measured = { ...noCounts(), sent: 1000, received: 1000 };
  assert.deepEqual(resultLines(resultOf({ total, measured, latencies: deliver })), [
    '                all  in 10.0 s',
    'connections       2',
    'sent          1,200      100/s',
    'acknowledged      0        0/s',
    'received      1,200      100/s',
    'lost              0',
    'duplicates        0',
    'out of order      0',
    '',
    'ms            p50   p90   p99  p99.9  p99.99   max',
    'to delivery  1.50  2.50  2.50   2.50    2.50  2.50',
    '',
    'Nothing was lost, and the bench was not the bottleneck',
  ]);
});

test('resultLines() shows what there is where devices come and go', () => {
  const total = { ...noCounts(), departures: 3, reconnects: 2, wills: 1, caughtUp: 1234 };
  const lines = resultLines(resultOf({ total, missed: 7, uncertain: 1 }));
  assert.deepEqual(
    lines.slice(8, 14).map((line) => line.split(/ {2,}/)),
    [
      ['missed while away', '7'],
      ['uncertain', '1'],
      ['waited for subscribers', '1,234'],
      ['departures', '3'],
      ['reconnects', '2'],
      ['wills due', '1'],
    ],
  );
});

test('resultLines() says what is wrong, and whose limit it was', () => {
  const remarks = [
    { code: 'lost', text: '2 messages did not arrive', values: {}, bottleneck: false },
    { code: 'late', text: 'It was late', values: {}, bottleneck: true },
  ] as const;
  assert.deepEqual(resultLines(resultOf({ remarks })).slice(-2), [
    '! 2 messages did not arrive',
    '! the bench was the bottleneck: it was late',
  ]);
});

test('intervalLine() is one line', () => {
  const counts = { ...noCounts(), sent: 50, received: 100 };
  const load = { worker: 0, cpu: 0, machine: 0 };
  const some = { phase: 'measure', atS: 3, lengthS: 0.5, counts, connected: 1000, load } as const;
  assert.equal(
    intervalLine({ ...some, latencies: deliver }),
    '   3.0 s  measure  connected 1,000  sent 100/s  received 200/s  p50 1.50 ms  p99 2.50 ms',
  );
  assert.match(intervalLine({ ...some, latencies: latencySet(() => undefined) }), /200\/s$/);
});

test('numbers are short', () => {
  assert.deepEqual([0.1234, 1.234, 12.34, 123.4].map(milliseconds), [
    '0.123',
    '1.23',
    '12.3',
    '123',
  ]);
  assert.equal(grouped(1234567.4), '1,234,567');
});
