import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

import { freePort, portOpens } from './free-port.js';

test('aedes-server listens on the port it is told and ends by itself on SIGTERM', async () => {
  const port = await freePort();
  const file = join(import.meta.dirname, 'aedes-server.js');
  const child = spawn(process.execPath, [file, `${port}`], { stdio: 'ignore' });
  const exited = once(child, 'close');
  assert.equal(await portOpens('127.0.0.1', port, () => child.exitCode !== null), true);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});
