import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { pathOf, ROOT, run } from './command.mjs';

const node = process.execPath;

test('ROOT is the folder of the repository', () => {
  assert.equal(existsSync(pathOf('tools/setup/command.mjs')), true);
});

test('run() gives the exit code and all output', async () => {
  const script = `console.log('out'); console.error('err'); process.exitCode = 3`;
  const { code, output } = await run(node, ['-e', script]);
  assert.equal(code, 3);
  assert.deepEqual(output.trim().split('\n').sort(), ['err', 'out']);
});

test('run() works in the repository and passes the environment on', async () => {
  const script = `console.log(process.cwd(), process.env.GIVEN)`;
  const { output } = await run(node, ['-e', script], { env: { GIVEN: 'yes' } });
  assert.equal(output, `${ROOT} yes\n`);
});

test('run() reports a command that is not there', async () => {
  const { code, output } = await run('magpie-no-such-command', []);
  assert.equal(code, 127);
  assert.match(output, /ENOENT/);
});

test('run() passes a signal on and tells that there was one', async () => {
  const inner = `console.log(process.pid); setInterval(() => {}, 1000)`;
  const outer = `import { run } from ${JSON.stringify(import.meta.resolve('./command.mjs'))};
    const running = run(process.execPath, ['-e', ${JSON.stringify(inner)}], { show: true });
    await running.catch((error) => { console.log(error.message); process.exitCode = 7; });`;
  const child = spawn(node, ['--input-type=module', '-e', outer]);
  const exited = once(child, 'exit');
  const [pid] = await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [7, null]);
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
});
