import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { forkWorker } from './fork-worker.js';
import type { LoadPart } from './load-worker.js';
import { planOf, publishing } from './load-plan.testing.js';
import { LoadRun } from './load-run.js';

const TIMING = { warmUpMs: 50, durationMs: 400, drainMs: 2000, intervalMs: 100 };
const LIMIT = { timeout: 120_000 };

test(
  'forkWorker() shares a test among processes, and nothing is lost between them',
  LIMIT,
  async (t) => {
    const { broker, url } = await startBroker(t);
    const pace = { kind: 'rate', everyUs: 5000 } as const;
    const plan = planOf(
      [
        { name: 'sub', count: 3, subscribe: [{ filter: 'all/+', qos: 1 }] },
        { name: 'pub', count: 4, publish: [publishing('all/{n}', { pace })] },
      ],
      // Options that JSON would not carry over.
      { server: url, anyServerName: true, options: { tls: { ca: [Buffer.from([1, 2])] } } },
    );
    const workers = [0, 1, 2].map((worker) => forkWorker({ plan, worker, workers: 3 }));
    const pids = new Set(workers.map(({ pid }) => pid));
    assert.ok(pids.size === 3 && !pids.has(process.pid) && !pids.has(undefined));
    const watcher = { signal: new AbortController().signal, onInterval: () => {} };
    const { total, lost, latencies } = await new LoadRun(plan, TIMING, workers, watcher).run(
      'test',
    );
    assert.ok(total.sent > 0);
    assert.deepEqual([total.received, lost], [total.sent * 3, 0]);
    assert.equal(total.acknowledged, total.sent);
    // What one process stamps is read by another: no time is below zero, or of another clock.
    assert.ok(latencies.deliver!.count > 0 && latencies.deliver!.maxMs < LIMIT.timeout);
    await until(() => broker.gauges().connections === 0);
  },
);

test('forkWorker() tells that a process has ended, and the others end, too', LIMIT, async (t) => {
  const { broker, url } = await startBroker(t);
  const plan = planOf([{ name: 'c', count: 4 }], { server: url });
  const workers = [0, 1].map((worker) => forkWorker({ plan, worker, workers: 2 }));
  const run = new LoadRun(plan, { ...TIMING, durationMs: 100_000 }, workers, {
    signal: new AbortController().signal,
    onInterval: () => void process.kill(workers[1]!.pid!, 'SIGKILL'),
  });
  await assert.rejects(run.run('test'), {
    name: 'CommandFailure',
    message: 'Worker 2 of 2 ended with SIGKILL before the test was over: its connections are lost',
  });
  await until(() => broker.gauges().connections === 0);
  await assert.rejects(workers[1]!.figures(), { name: 'CommandFailure' });
});

test('forkWorker() tells what its worker threw', LIMIT, async () => {
  const part = { plan: planOf([]), worker: 0, workers: 1 };
  const worker = forkWorker(part);
  await assert.rejects(worker.go(undefined as never), /^Error: Worker 1 of 1: TypeError: /);
  await worker.close();
  await assert.rejects(worker.connect(), { name: 'CommandFailure' });
});

test(
  'A worker process ends with the one that has started it, however that ends',
  LIMIT,
  async (t) => {
    const { broker, url } = await startBroker(t);
    const part: LoadPart = {
      plan: planOf([{ name: 'c', count: 3 }], { server: url }),
      worker: 0,
      workers: 1,
    };
    const module = new URL('fork-worker.js', import.meta.url).href;
    const program = `
    const { forkWorker } = await import('${module}');
    const worker = forkWorker(${JSON.stringify(part)});
    await worker.connect();
    setInterval(() => {}, 1000);`;
    const file = join(await freshFolder(t), 'parent.mjs');
    await writeFile(file, program);
    const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => parent.kill('SIGKILL'));
    await until(() => broker.gauges().connections === 3);
    parent.kill('SIGKILL');
    await until(() => broker.gauges().connections === 0);
  },
);
