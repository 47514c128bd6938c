import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

test('aedes-server prints its port and ends by itself on SIGTERM', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'aedes-server.js')]);
  const exited = once(child, 'close');
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  assert.match(line, /^listening \d+\n$/);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});
