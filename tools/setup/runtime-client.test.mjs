import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createBroker } from '@magpie/broker';
import * as client from '@magpie/client';

import { PASSED, passMessage } from './runtime-client.mjs';

test('passMessage() gets back what it has published', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const { host, port } = await broker.listen({ type: 'tcp', port: 0 });
  assert.equal(await passMessage(client, `mqtt://${host}:${port}`), PASSED);
});

test('passMessage() rejects when there is no broker', async () => {
  await assert.rejects(passMessage(client, 'mqtt://127.0.0.1:1'), { code: 'unreachable' });
});
