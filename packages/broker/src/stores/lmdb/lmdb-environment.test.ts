import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from './batch-reader.js';
import { freshFolder } from './fresh-folder.testing.js';
import { LmdbEnvironment, type ReadPiece } from './lmdb-environment.js';
import { TABLE_CODES } from './tables.js';
import { WriteBatch } from './write-batch.js';

const { messages, retained } = TABLE_CODES;

function shown({ bytes, end }: ReadPiece): string[] {
  const reader = new BatchReader(bytes, end);
  const records: string[] = [];
  while (reader.next()) {
    records.push(`${Buffer.from(reader.key).toString()}=${Buffer.from(reader.value).toString()}`);
  }
  return records;
}

function puts(table: 'messages' | 'retained', ...keys: string[]) {
  const batch = new WriteBatch();
  for (const key of keys) batch.put(table, Buffer.from(key), Buffer.from(`value of ${key}`));
  return batch.take();
}

test('LmdbEnvironment keeps what was written over a restart', async (t) => {
  const folder = await freshFolder(t);
  const first = LmdbEnvironment.open(folder);
  await first.write([puts('messages', 'b', 'a'), puts('retained', 'r')]);
  await first.close();
  const again = LmdbEnvironment.open(folder);
  assert.equal(again.count(messages), 2);
  const piece = again.read(messages, undefined, 1000);
  assert.deepEqual(shown(piece), ['a=value of a', 'b=value of b']);
  assert.deepEqual([piece.records, piece.last], [2, true]);
  assert.deepEqual(shown(again.read(retained, undefined, 1000)), ['r=value of r']);
  await again.close();
});

test('LmdbEnvironment removes keys and ranges, in the order of the writes', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  await environment.write([puts('messages', 'a', 'b', 'c', 'd')]);
  const batch = new WriteBatch();
  batch.remove('messages', Buffer.from('a'));
  batch.removeRange('messages', Buffer.from('b'), Buffer.from('d'));
  batch.put('messages', Buffer.from('c'), Buffer.from('new'));
  await environment.write([batch.take()]);
  const piece = environment.read(messages, undefined, 1000);
  assert.deepEqual(shown(piece), ['c=new', 'd=value of d']);
  await environment.close();
});

test('LmdbEnvironment.read() gives pieces, and a record that is larger alone', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  const keys = ['a', 'b', 'c', 'd'];
  await environment.write([puts('messages', ...keys)]);
  const found: string[] = [];
  let after: Uint8Array | undefined;
  for (let last = false; !last; ) {
    const piece = environment.read(messages, after, 10);
    assert.equal(piece.records, 1);
    found.push(...shown(piece));
    ({ lastKey: after, last } = piece);
  }
  assert.deepEqual(
    found,
    keys.map((key) => `${key}=value of ${key}`),
  );
  await environment.close();
});

test('LmdbEnvironment of nothing is empty', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  assert.equal(environment.count(messages), 0);
  const piece = environment.read(messages, undefined, 1000);
  assert.deepEqual([piece.records, piece.last, piece.end], [0, true, 0]);
  await environment.close();
});
