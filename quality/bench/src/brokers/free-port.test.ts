import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { freePort, portOpens } from './free-port.js';

test('freePort() gives a port one can listen on', async () => {
  const server = createServer().listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

test('portOpens() waits until somebody listens', async () => {
  const port = await freePort();
  const opens = portOpens('127.0.0.1', port, () => false);
  const server = createServer().listen(port, '127.0.0.1');
  assert.equal(await opens, true);
  server.close();
});

test('portOpens() gives up when the program has ended', async () => {
  assert.equal(await portOpens('127.0.0.1', await freePort(), () => true), false);
});
