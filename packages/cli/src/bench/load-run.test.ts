import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startBroker } from '../mqtt/broker.testing.js';
import { type Fault, faultyBroker } from './faulty-broker.testing.js';
import type { LoadPlan } from './load-plan.js';
import { planOf, publishing } from './load-plan.testing.js';
import type { LoadResult } from './load-result.js';
import { LoadRun, rateOf } from './load-run.js';
import { localWorker, type WorkerHandle } from './worker-handle.js';

const TIMING = { warmUpMs: 50, durationMs: 400, drainMs: 300, intervalMs: 100 };
const RATE = { kind: 'rate', everyUs: 2000 } as const;

/** A publisher and a subscriber. */
function pair(server: string, qos: 0 | 1 | 2): LoadPlan {
  const groups = [
    { name: 'sub', count: 1, subscribe: [{ filter: 'x/{n}', qos }] },
    { name: 'pub', count: 1, publish: [publishing('x/{n}', { qos, pace: RATE })] },
  ];
  return planOf(groups, { server });
}

async function run(plan: LoadPlan, signal = new AbortController().signal): Promise<LoadResult> {
  const workers = [0, 1].map((worker) => localWorker({ plan, worker, workers: 2 }));
  const watcher = { signal, onInterval: () => {} };
  return new LoadRun(plan, TIMING, workers, watcher).run('test');
}

const faulty = async (t: TestContext, fault: Fault) => run(pair(await faultyBroker(t, fault), 1));

const codesOf = ({ remarks }: LoadResult) =>
  remarks.filter(({ bottleneck }) => !bottleneck).map(({ code }) => code);

for (const qos of [0, 1, 2] as const) {
  test(`LoadRun loses nothing with Magpie at QoS ${qos}`, { timeout: 60_000 }, async (t) => {
    const result = await run(pair((await startBroker(t)).url, qos));
    const { total, lost, latencies } = result;
    assert.ok(total.sent > 0);
    assert.deepEqual([total.received, lost], [total.sent, 0]);
    assert.equal(total.acknowledged, qos === 0 ? 0 : total.sent);
    assert.deepEqual([total.duplicates, total.reordered, total.foreign], [0, 0, 0]);
    assert.ok(latencies.deliver!.count > 0);
    assert.equal(latencies.connect?.count, 2);
    assert.ok(result.intervals.some(({ phase }) => phase === 'measure'));
  });
}

test('LoadRun finds no fault where there is none', { timeout: 60_000 }, async (t) => {
  const result = await faulty(t, () => 'pass');
  assert.deepEqual([result.lost, result.total.duplicates, result.total.reordered], [0, 0, 0]);
});

test('LoadRun finds what is lost', { timeout: 60_000 }, async (t) => {
  const result = await faulty(t, (nth) => (nth % 10 === 3 ? 'drop' : 'pass'));
  assert.equal(result.lost, Math.floor((result.total.sent + 6) / 10));
  assert.ok(codesOf(result).includes('lost'));
});

test('LoadRun finds that the last ones are lost', { timeout: 60_000 }, async (t) => {
  const result = await faulty(t, (nth) => (nth < 20 ? 'pass' : 'drop'));
  assert.equal(result.lost, result.total.sent - 20);
});

test('LoadRun asks again what is in doubt, before it says that something is lost', {
  timeout: 60_000,
}, async (t) => {
  const server = await faultyBroker(t, (nth) => (nth < 20 ? 'pass' : 'drop'));
  const plan = { ...pair(server, 1), comesAndGoes: true };
  let asked = 0;
  // As if what is dropped had been with a device that was still leaving when the load was over.
  const handles = [0, 1].map((worker): WorkerHandle => {
    const handle = localWorker({ plan, worker, workers: 2 });
    const sentTimes = async () => {
      const doubt = asked++ < 2 ? [] : [[20, Infinity] as const];
      const all = await handle.sentTimes();
      return all.map(([stream, times]) => [stream, { ...times, uncertain: doubt }] as const);
    };
    return { ...handle, sentTimes };
  });
  const watcher = { signal: new AbortController().signal, onInterval: () => {} };
  const { lost, uncertain, total } = await new LoadRun(plan, TIMING, handles, watcher).run('test');
  assert.deepEqual([lost, uncertain], [0, total.sent - 20]);
});

test('LoadRun finds duplicates', { timeout: 60_000 }, async (t) => {
  const { total, lost, remarks } = await faulty(t, (nth) => (nth < 5 ? 'double' : 'pass'));
  assert.deepEqual([total.duplicates, lost], [5, 0]);
  assert.ok(remarks.some(({ code }) => code === 'duplicates'));
});

test('LoadRun finds what is out of order', { timeout: 60_000 }, async (t) => {
  const { total, lost, remarks } = await faulty(t, (nth) => (nth === 4 ? 'hold' : 'pass'));
  assert.deepEqual([total.reordered, lost], [1, 0]);
  assert.ok(remarks.some(({ code }) => code === 'reordered'));
});

test('LoadRun ends with its signal, and says so', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const result = await run(pair(url, 1), AbortSignal.timeout(100));
  assert.ok(result.interrupted);
});

test('LoadRun tells connections that cannot be had', { timeout: 60_000 }, async () => {
  const result = await run(pair('mqtt://127.0.0.1:1', 0));
  assert.ok(codesOf(result).includes('connect-failures'));
  assert.match(result.remarks.map(({ text }) => text).join('\n'), /ECONNREFUSED/);
});

test('rateOf() adds up what is asked for, where all of it is', () => {
  assert.equal(rateOf(pair('mqtt://h', 0)), 500);
  assert.equal(rateOf(planOf([{ name: 'a', count: 1, publish: [publishing('x')] }])), undefined);
  assert.equal(rateOf(planOf([{ name: 'a', count: 1 }])), undefined);
});
