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

test('SharedClock is that of the machine, also first thing in a process', async () => {
  const module = JSON.stringify(new URL('./shared-clock.js', import.meta.url));
  const program = `import(${module}).then(({ SharedClock }) => {
    const clock = new SharedClock();
    const hrUs = () => Number(process.hrtime.bigint()) / 1000;
    console.log(JSON.stringify([clock.nowUs(), hrUs(), clock.nowUs(), hrUs(), clock.nowUs()]));
  })`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
  const [, before, us, after] = JSON.parse(stdout) as [number, number, number, number];
  assert.ok(us > before - 100 && us < after + 100, stdout);
});
