import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from './batch-reader.js';
import { TABLE_CODES } from './tables.js';
import { PUT, REMOVE, REMOVE_RANGE, WriteBatch } from './write-batch.js';

test('BatchReader walks through the writes of a batch, and ends', () => {
  const batch = new WriteBatch();
  batch.put('meta', Buffer.from('k'), Buffer.from('value'));
  batch.remove('messages', Buffer.from('key'));
  batch.removeRange('released', Buffer.from('a'), Buffer.from('bb'));
  batch.put('retained', Buffer.from('t'), Buffer.from(''));
  const { bytes, end } = batch.take();
  const write = new BatchReader(bytes, end);
  const found = [];
  while (write.next()) {
    const { kind, table, key, value } = write;
    found.push([kind, table, Buffer.from(key).toString(), Buffer.from(value).toString()]);
  }
  assert.deepEqual(found, [
    [PUT, TABLE_CODES.meta, 'k', 'value'],
    [REMOVE, TABLE_CODES.messages, 'key', ''],
    [REMOVE_RANGE, TABLE_CODES.released, 'a', 'bb'],
    [PUT, TABLE_CODES.retained, 't', ''],
  ]);
  assert.equal(write.next(), false);
});

test('BatchReader finds nothing in an empty batch, whatever its memory holds', () => {
  assert.equal(new BatchReader(new Uint8Array(100).fill(1), 0).next(), false);
});

test('BatchReader.keyIn() copies a key that is as long as the memory, and views others', () => {
  const batch = new WriteBatch();
  batch.remove('messages', Buffer.from('12345678'));
  batch.remove('messages', Buffer.from('123'));
  const { bytes, end } = batch.take();
  const write = new BatchReader(bytes, end);
  const memory = new Uint8Array(8);
  write.next();
  assert.equal(write.keyIn(memory), memory);
  assert.equal(Buffer.from(memory).toString(), '12345678');
  write.next();
  assert.equal(Buffer.from(write.keyIn(memory)).toString(), '123');
  assert.equal(Buffer.from(memory).toString(), '12345678');
});
