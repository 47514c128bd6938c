import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Counts, latencySet, noCounts } from './figures.js';
import { judge } from './judge.js';
import { Latencies } from './latencies.js';
import type { LoadResult, RemarkCode } from './load-result.js';
import { resultOf } from './result.testing.js';

const counts = (some: Partial<Counts>) => ({ ...noCounts(), ...some });
const late = Latencies.empty();
late.add(50_000);
const lag = late.summary();

const cases: readonly [RemarkCode | undefined, Partial<LoadResult>][] = [
  [undefined, {}],
  [undefined, { rateWanted: 100, measured: counts({ sent: 990 }) }],
  ['lost', { lost: 1 }],
  ['duplicates', { total: counts({ duplicates: 1 }) }],
  ['duplicates', { total: counts({ duplicates: 1, duplicatesOfQoS2: 1 }) }],
  ['duplicates', { total: counts({ duplicates: 2, redelivered: 1 }) }],
  [undefined, { total: counts({ duplicates: 2, redelivered: 2 }) }],
  [undefined, { total: counts({ duplicates: 4, cutOff: 2, sent: 10, received: 20 }) }],
  ['duplicates', { total: counts({ duplicates: 5, cutOff: 2, sent: 10, received: 20 }) }],
  [undefined, { total: counts({ reordered: 2, cutOff: 1, sent: 10, received: 20 }) }],
  [undefined, { missed: 5, uncertain: 5 }],
  [undefined, { rateWanted: 100, measured: counts({ sent: 500, dueWhileAway: 500 }) }],
  ['reordered', { total: counts({ reordered: 1 }) }],
  ['unconfirmed', { total: counts({ unconfirmed: 1 }) }],
  ['connect-failures', { total: counts({ connectFailures: 1 }) }],
  ['connections-lost', { total: counts({ connectionsLost: 1 }) }],
  ['nothing-measured', { measuredS: 0 }],
  ['skipped', { total: counts({ skipped: 1 }) }],
  ['rate-not-reached', { rateWanted: 100, measured: counts({ sent: 900 }) }],
  ['worker-busy', { load: { worker: 0.95, cpu: 0, machine: 0 } }],
  ['cpu-full', { load: { worker: 0, cpu: 0.95, machine: 0 } }],
  ['machine-busy', { load: { worker: 0, cpu: 0, machine: 0.99 } }],
  ['late', { latencies: latencySet((name) => (name === 'lag' ? lag : undefined)) }],
];
for (const [code, result] of cases) {
  test(`judge() says ${code ?? 'nothing'} of ${JSON.stringify(result).slice(0, 60)}`, () => {
    const remarks = judge(resultOf(result), 'it was so');
    assert.deepEqual(
      remarks.map((one) => one.code),
      code === undefined ? [] : [code],
    );
  });
}

test('judge() tells its own limits from the faults of others', () => {
  const load = { worker: 0.95, cpu: 0, machine: 0 };
  const remarks = judge(resultOf({ lost: 2, load }), undefined);
  assert.deepEqual(
    remarks.map(({ bottleneck }) => bottleneck),
    [false, true],
  );
  assert.equal(remarks[0]?.text, '2 messages did not arrive');
});
