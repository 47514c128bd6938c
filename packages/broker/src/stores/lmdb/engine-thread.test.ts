import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import type { EngineAnswer, EngineRequest } from './engine-messages.js';
import { serveEngine } from './engine-thread.js';
import { freshFolder } from './fresh-folder.testing.js';
import { TABLE_CODES } from './tables.js';
import { WriteBatch } from './write-batch.js';

/** The engine of a thread, asked in this one. */
async function served(t: TestContext, directory: string) {
  const { port1: own, port2: other } = new MessageChannel();
  t.after(() => own.close());
  const answer = async (): Promise<EngineAnswer> => {
    const [message] = (await once(own, 'message')) as [EngineAnswer];
    return message;
  };
  const opened = answer();
  await serveEngine(other, directory);
  const ask = (request: EngineRequest): Promise<EngineAnswer> => {
    const answered = answer();
    own.postMessage(request, []);
    return answered;
  };
  return { opened: await opened, ask };
}

test('serveEngine() answers what it is asked, in order, and ends when it is closed', async (t) => {
  const { opened, ask } = await served(t, await freshFolder(t));
  assert.deepEqual(opened, { type: 'done' });
  const table = TABLE_CODES.meta;
  assert.deepEqual(await ask({ type: 'count', table }), { type: 'count', count: 0 });
  const batch = new WriteBatch();
  batch.put('meta', Buffer.from('k'), Buffer.from('v'));
  assert.equal((await ask({ type: 'write', batches: [batch.take()] })).type, 'written');
  assert.deepEqual(await ask({ type: 'count', table }), { type: 'count', count: 1 });
  const piece = await ask({ type: 'read', table, after: undefined, bytesMax: 1000 });
  assert.equal(piece.type === 'piece' && piece.piece.records, 1);
  assert.deepEqual(await ask({ type: 'close' }), { type: 'done' });
});

test('serveEngine() says why it cannot open', async (t) => {
  const folder = await freshFolder(t);
  await writeFile(join(folder, 'file'), '');
  const { opened } = await served(t, join(folder, 'file', 'data'));
  assert.equal(opened.type, 'failed');
});
