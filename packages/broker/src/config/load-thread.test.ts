import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { ThreadData } from './load-thread.js';

test('load-thread.ts hands on each piece of its module, and ends', async () => {
  const { port1, port2 } = new MessageChannel();
  const code = 'export const pieces = (data) => [data, data + 1];';
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  const workerData: ThreadData = { module, data: 7, port: port2 };
  const got: unknown[] = [];
  port1.on('message', (piece) => void got.push(piece));
  const thread = new Worker(new URL('./load-thread.js', import.meta.url), {
    workerData,
    transferList: [port2],
  });
  const closed = once(port1, 'close');
  assert.deepEqual(await once(thread, 'exit'), [0]);
  await closed;
  assert.deepEqual(got, [7, 8]);
});
