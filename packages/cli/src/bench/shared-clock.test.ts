import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { SharedClock } from './shared-clock.js';

test('SharedClock goes with that of another process', async () => {
  const clock = new SharedClock();
  const program = 'console.log(String(process.hrtime.bigint() / 1000n))';
  const before = clock.nowUs();
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
  const after = clock.nowUs();
  const between = Number(stdout);
  assert.ok(before <= between && between <= after, `${before} ${between} ${after}`);
});
