import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { planOf, publishing } from './load-plan.testing.js';
import { LoadWorker } from './load-worker.js';
import { SharedClock } from './shared-clock.js';

test('LoadWorker does its share, from the addresses it is given', {
  timeout: 60_000,
}, async (t) => {
  const { broker, url } = await startBroker(t);
  const plan = planOf([{ name: 'a', count: 5 }], { server: url, sources: ['127.0.0.8'] });
  const worker = new LoadWorker({ plan, worker: 1, workers: 2 });
  t.after(() => worker.close());
  await worker.connect();
  assert.equal(worker.figures().connected, 3);
  assert.equal(broker.gauges().connections, 3);
});

test('LoadWorker keeps a closed loop going until it is stopped', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const pace = { kind: 'window', window: 5, until: 'arrived' } as const;
  const plan = planOf(
    [
      { name: 's', count: 1, subscribe: [{ filter: 'x', qos: 0 }] },
      { name: 'p', count: 1, publish: [publishing('x', { qos: 0, pace })] },
    ],
    { server: url },
  );
  const worker = new LoadWorker({ plan, worker: 0, workers: 1 });
  t.after(() => worker.close());
  await worker.connect();
  const startUs = new SharedClock().nowUs();
  worker.go({ startUs, measureUs: startUs, endUs: startUs + 1e9 });
  await until(() => worker.figures().counts.received >= 100);
  const [sent] = worker.stop();
  assert.equal(sent?.[0], 0);
  await until(() => worker.missing([sent[1]]).lost === 0);
});
