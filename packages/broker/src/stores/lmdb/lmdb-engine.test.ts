import assert from 'node:assert/strict';
import { chmod, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BatchReader } from './batch-reader.js';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey, numberOfKey } from './keys.js';
import { LmdbEngine } from './lmdb-engine.js';
import { WriteBatch } from './write-batch.js';

async function keysOf(engine: LmdbEngine): Promise<number[]> {
  const keys: number[] = [];
  for await (const { bytes, end } of engine.read('messages')) {
    const reader = new BatchReader(bytes, end);
    while (reader.next()) keys.push(numberOfKey(reader.key));
  }
  return keys;
}

test('LmdbEngine writes in its thread, and reads more than a piece in order', async (t) => {
  const folder = await freshFolder(t);
  const engine = await LmdbEngine.open(folder);
  const batch = new WriteBatch();
  const count = 500;
  for (let key = 0; key < count; key++) {
    batch.put('messages', numberKey(key), Buffer.alloc(2000, 'x'));
  }
  const [back] = await engine.write([batch.take()]);
  assert.ok((back?.bytes.length ?? 0) > count * 2000); // its memory may be used again
  await engine.close();
  const again = await LmdbEngine.open(folder);
  assert.deepEqual(await keysOf(again), [...Array(count).keys()]);
  await again.close();
  await again.close(); // closing what is closed does nothing
});

test('LmdbEngine.open() rejects where LMDB cannot', async (t) => {
  const folder = await freshFolder(t);
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(LmdbEngine.open(join(folder, 'file', 'data')), Error);
});

test('LmdbEngine.read() names a record whose bytes were changed', async (t) => {
  const folder = await freshFolder(t);
  const engine = await LmdbEngine.open(folder);
  const batch = new WriteBatch();
  batch.put('messages', numberKey(7), Buffer.from('a payload to be found'));
  await engine.write([batch.take()]);
  await engine.close();
  await flip(join(folder, 'data.mdb'), 'a payload to be found');
  const damaged = await LmdbEngine.open(folder);
  await assert.rejects(
    keysOf(damaged),
    /The record 0000000000000007 of table messages is damaged: its checksum is wrong/,
  );
  await damaged.close();
});

/** Changes the first byte of this text wherever it stands in the file. */
async function flip(path: string, text: string): Promise<void> {
  await chmod(path, 0o600);
  const file = await open(path, 'r+');
  try {
    const bytes = await file.readFile();
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      await file.write(Buffer.of(0), 0, 1, at);
    }
  } finally {
    await file.close();
  }
}
