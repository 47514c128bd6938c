import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileLoadgen } from '../loadgen/compile-loadgen.js';
import { measureBareSync } from './bare-sync.js';

test('measureBareSync() measures writes that are safe', async () => {
  const load = { rate: 1000, warmup: 0.01, seconds: 0.1 };
  const { messagesPerS, p50Us, p99Us, cpuUs } = await measureBareSync(await compileLoadgen(), load);
  assert.ok(messagesPerS > 0 && messagesPerS < 1500);
  assert.ok(p50Us > 0 && p99Us >= p50Us);
  assert.equal(cpuUs, 0);
});
