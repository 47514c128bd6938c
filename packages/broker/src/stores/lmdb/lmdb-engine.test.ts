import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { StoreLost } from '../store-lost.js';
import { BatchReader } from './batch-reader.js';
import type { EngineEvent } from './engine-events.js';
import { LmdbEngine } from './lmdb-engine.js';
import { numberKey, numberOfKey } from './keys.js';
import { WriteBatch } from './write-batch.js';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

function batchOf(...numbers: readonly number[]) {
  const batch = new WriteBatch();
  for (const number of numbers) batch.put('messages', numberKey(number), new Uint8Array(1000));
  return batch.take();
}

/** Messages of 16 KiB. */
function large(first: number, count: number) {
  const batch = new WriteBatch();
  for (let number = first; number < first + count; number++) {
    batch.put('messages', numberKey(number), new Uint8Array(16_384));
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

test('LmdbEngine reads all of a table, however many pieces it takes', async (t) => {
  const engine = await LmdbEngine.open(await folder(t));
  const numbers = Array.from({ length: 2000 }, (_, index) => index);
  await engine.write([batchOf(...numbers)]);
  assert.deepEqual(await keys(engine), numbers);
  await engine.close();
});

test('LmdbEngine fetches what was written before it was asked', async (t) => {
  const engine = await LmdbEngine.open(await folder(t));
  const written = engine.write([batchOf(1, 2, 3)]);
  const { bytes, end, looked } = await engine.fetch('messages', Float64Array.of(3, 7, 1), 10_000);
  const record = new BatchReader(bytes, end);
  const found: number[] = [];
  while (record.next()) found.push(numberOfKey(record.key));
  assert.deepEqual([found, looked], [[3, 1], 3]);
  await written;
  await engine.close();
});

test('LmdbEngine is lost when its thread ends, and says so to all who ask', async (t) => {
  const threads: Worker[] = [];
  const note = (message: unknown) => threads.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', note);
  const told: StoreLost[] = [];
  const onLost = (error: StoreLost) => told.push(error);
  const engine = await LmdbEngine.open(await folder(t), { onLost });
  unsubscribe('worker_threads', note);
  await engine.write([batchOf(1)]);
  // Between two transactions: one that is cut off holds LMDB's locks for all of this process.
  void threads[0]?.terminate();
  const asked = [engine.write([batchOf(2)]), engine.fetch('messages', Float64Array.of(1), 1000)];
  for (const answer of await Promise.allSettled([...asked, engine.write([batchOf(3)])])) {
    // One that was quick may have been written.
    if (answer.status === 'fulfilled') continue;
    assert.ok(answer.reason instanceof StoreLost);
    assert.match(answer.reason.message, /^The thread of the store has ended/);
  }
  await assert.rejects(engine.write([batchOf(4)]), StoreLost);
  assert.equal(told.length, 1);
  await engine.close();
});

test('LmdbEngine is not lost when it is closed, nor when it could not be opened', async (t) => {
  const onLost = () => assert.fail('lost');
  const directory = await folder(t);
  await (await LmdbEngine.open(directory, { onLost })).close();
  await writeFile(join(directory, 'data.mdb'), 'something else');
  await assert.rejects(LmdbEngine.open(directory, { onLost }));
  await new Promise(setImmediate);
});

test('LmdbEngine gives the memory of a batch back', async (t) => {
  const engine = await LmdbEngine.open(await folder(t));
  const batch = batchOf(1);
  const [back] = await engine.write([batch]);
  assert.equal(batch.bytes.length, 0); // it has gone to the thread
  assert.equal(back?.end, batch.end);
  assert.ok(back.bytes.length >= back.end);
  await engine.close();
});

/**
 * Goal: what was needed once is given back by itself, and what is written meanwhile stays.
 * Method: 64 MiB are filled and drained; the engine tells when it has compacted its file.
 */
test('LmdbEngine gives back what is free, while it is written to', async (t) => {
  const directory = await folder(t);
  const compaction = { freeBytesMin: 262_144, patienceMs: 0, lookMs: 20 };
  const file = { bytes: 0, isSmall: false };
  const onEvent = (event: EngineEvent) => {
    if (event.type === 'space') file.bytes = event.fileBytes;
    if (event.type === 'compaction-ended') file.isSmall = event.afterBytes < 4_000_000;
  };
  const engine = await LmdbEngine.open(directory, { compaction, onEvent });
  for (let round = 0; round < 64; round++) await engine.write([large(round * 64, 64)]);
  assert.ok((await stat(join(directory, 'data.mdb'))).size > 64 * 1024 * 1024);
  const kept: number[] = [];
  for (let round = 0; round < 64 || !file.isSmall; round++) {
    const write = new WriteBatch();
    write.removeRange('messages', numberKey(round * 64), numberKey((round + 1) * 64 - 1));
    write.put('messages', numberKey(1_000_000 + round), new Uint8Array(10));
    kept.push(1_000_000 + round);
    await engine.write([write.take()]);
  }
  const left = Array.from({ length: 64 }, (_, round) => round * 64 + 63);
  assert.deepEqual(await keys(engine), [...left, ...kept]);
  await engine.close();
  assert.ok(file.bytes < 4_000_000, `${file.bytes}`);
  assert.ok((await stat(join(directory, 'data.mdb'))).size < 4_000_000);
});

test('LmdbEngine answers nothing more when it is closed', async (t) => {
  const engine = await LmdbEngine.open(await folder(t));
  await engine.close();
  await assert.rejects(engine.write([batchOf(1)]), /has ended/);
  await engine.close();
});

test('LmdbEngine.open() says why it cannot', async (t) => {
  const directory = join(await folder(t), 'no', 'such', 'directory', '\0');
  await assert.rejects(LmdbEngine.open(directory));
});
