import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from './load-plan.testing.js';
import { localWorker } from './worker-handle.js';

const NOTHING = { lost: 0, missed: 0, uncertain: 0 };

test('localWorker() answers as a worker does', async () => {
  const worker = localWorker({ plan: planOf([]), worker: 0, workers: 1 });
  await worker.connect();
  await worker.go({ startUs: 0, measureUs: 0, endUs: 0 });
  assert.equal((await worker.figures()).connected, 0);
  assert.deepEqual([await worker.stop(), await worker.missing([])], [[], NOTHING]);
  await worker.close();
});
