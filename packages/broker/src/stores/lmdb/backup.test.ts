import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { backup } from './backup.js';
import { BatchReader } from './batch-reader.js';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey, numberOfKey } from './keys.js';
import { LmdbEngine } from './lmdb-engine.js';
import { MemoryEngine } from './memory-engine.testing.js';
import { WriteBatch } from './write-batch.js';

const { signal } = new AbortController();

async function engineIn(t: TestContext, folder: string): Promise<LmdbEngine> {
  const engine = await LmdbEngine.open(folder);
  t.after(() => engine.close());
  return engine;
}

function messages(first: number, count: number, bytes = 1000) {
  const batch = new WriteBatch();
  for (let number = first; number < first + count; number++) {
    batch.put('messages', numberKey(number), new Uint8Array(bytes));
  }
  return batch.take();
}

async function keys(engine: LmdbEngine): Promise<number[]> {
  const found: number[] = [];
  for await (const { bytes, end } of engine.read('messages')) {
    const record = new BatchReader(bytes, end);
    while (record.next()) found.push(numberOfKey(record.key));
  }
  return found;
}

/**
 * Goal: a backup is one state that was there: all that was written before it began, and of what is
 * written while it runs whole transactions or nothing.
 * Method: each transaction removes one message and puts the next, so every state has as many.
 */
test('backup() is a state that was there, while it is written to', async (t) => {
  const folder = await freshFolder(t);
  const engine = await engineIn(t, join(folder, 'store'));
  await engine.write([messages(0, 3000)]);
  const state = { ended: false };
  const target = join(folder, 'backup');
  const backedUp = backup(engine, target, signal).finally(() => {
    state.ended = true;
  });
  let written = 0;
  for (; !state.ended; written++) {
    const batch = new WriteBatch();
    batch.remove('messages', numberKey(written));
    batch.put('messages', numberKey(3000 + written), new Uint8Array(1000));
    await engine.write([batch.take()]);
  }
  const { records, bytes } = await backedUp;
  assert.equal(records, 3000);
  assert.ok(bytes > 3_000_000);
  assert.ok(written > 0);
  const found = await keys(await engineIn(t, target));
  const first = found[0]!;
  assert.deepEqual(
    found,
    Array.from({ length: 3000 }, (_, index) => first + index),
  );
  assert.ok(first < written);
});

test('backup() lets the next one begin, and free pages be used again', async (t) => {
  const folder = await freshFolder(t);
  const engine = await engineIn(t, join(folder, 'store'));
  await engine.write([messages(0, 10)]);
  for (const name of ['one', 'two']) await backup(engine, join(folder, name), signal);
  const [one, other] = [backup(engine, join(folder, 'three'), signal), engine.snapshot()];
  const results = await Promise.allSettled([one, other]);
  const refused = results.find((result) => result.status === 'rejected');
  assert.match(String(refused?.reason), /A backup is under way already/);
});

test('backup() that is aborted leaves nothing', async (t) => {
  const folder = await freshFolder(t);
  const engine = await engineIn(t, join(folder, 'store'));
  await engine.write([messages(0, 3000)]);
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await assert.rejects(backup(engine, join(folder, 'backup'), stop.signal), /enough/);
  assert.deepEqual(await readdir(folder), ['store']);
  await backup(engine, join(folder, 'backup'), signal);
});

test('backup() holds no damaged record, and says which is', async (t) => {
  const folder = await freshFolder(t);
  const engine = new MemoryEngine();
  const error = new Error('The record 01 of table sessions is damaged');
  engine.snapshot = async () => ({
    // oxlint-disable-next-line require-yield
    async *read() {
      throw error;
    },
    async [Symbol.asyncDispose]() {},
  });
  await assert.rejects(backup(engine, join(folder, 'backup'), signal), error);
  assert.deepEqual(await readdir(folder), []);
});
