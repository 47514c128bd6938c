import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { COMPACTION_RULES } from './compactor.js';
import type { EngineMessage, EngineRequest } from './engine-messages.js';
import { serveEngine } from './engine-thread.js';
import { TABLE_CODES } from './tables.js';
import { WriteBatch } from './write-batch.js';

const RULES = { sync: 'always', syncIntervalMs: 1000, compaction: COMPACTION_RULES } as const;

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

async function answer(port: MessagePort): Promise<EngineMessage> {
  const [found] = (await once(port, 'message')) as [EngineMessage];
  return found;
}

test('serveEngine() answers in order and ends when it is told to', async (t) => {
  const { port1: port, port2: other } = new MessageChannel();
  const directory = await folder(t);
  const first = answer(port);
  serveEngine(other, { directory, ...RULES });
  assert.equal((await first).type, 'done');
  const batch = new WriteBatch();
  batch.put('meta', Buffer.from('k'), Buffer.from('v'));
  const answers: EngineMessage[] = [];
  port.on('message', (found: EngineMessage) => {
    if (found.type !== 'event') answers.push(found);
  });
  const requests: readonly EngineRequest[] = [
    { type: 'write', batches: [batch.take()] },
    { type: 'count', table: TABLE_CODES.meta },
    { type: 'read', table: TABLE_CODES.meta, after: undefined, bytesMax: 1000, snapshot: false },
    { type: 'fetch', table: TABLE_CODES.meta, numbers: Float64Array.of(1), bytesMax: 1000 },
    { type: 'close' },
  ];
  for (const request of requests) port.postMessage(request);
  await once(port, 'close');
  assert.deepEqual(
    answers.map(({ type }) => type),
    ['written', 'count', 'piece', 'fetched', 'done'],
  );
});

test('serveEngine() says why it cannot open', async (t) => {
  const { port1: port, port2: other } = new MessageChannel();
  t.after(() => port.close());
  const directory = await folder(t);
  await mkdir(join(directory, 'data.mdb'));
  const first = answer(port);
  serveEngine(other, { directory, ...RULES });
  const found = await first;
  assert.match(found.type === 'failed' ? found.message : '', /EISDIR/);
});
