import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from './batch-reader.js';
import { WriteBatch } from './write-batch.js';

test('WriteBatch writes keys and values in parts as at once', () => {
  const parts = new WriteBatch();
  parts.beginPut('messages');
  parts.number(258);
  parts.beginValue();
  parts.varint(300);
  parts.text('é');
  parts.uint8(9);
  parts.end();
  const once = new WriteBatch();
  const key = Buffer.from('0000000000000102', 'hex');
  once.put('messages', key, Buffer.from('ac0202c3a909', 'hex'));
  const [one, other] = [parts.take(), once.take()];
  assert.deepEqual(one.bytes.subarray(0, one.end), other.bytes.subarray(0, other.end));
});

test('WriteBatch grows as it needs, and is empty when it was taken', () => {
  const batch = new WriteBatch(16);
  const value = new Uint8Array(1000).fill(7);
  for (let count = 0; count < 100; count++) batch.put('retained', Buffer.of(count), value);
  const { bytes, end } = batch.take();
  assert.ok(batch.isEmpty);
  const write = new BatchReader(bytes, end);
  for (let count = 0; count < 100; count++) {
    assert.ok(write.next());
    assert.deepEqual([...write.key], [count]);
    assert.deepEqual(new Uint8Array(write.value), value);
  }
});

test('WriteBatch goes on in the memory of an earlier batch', () => {
  const batch = new WriteBatch();
  batch.put('meta', Buffer.of(1), Buffer.of(1));
  const first = batch.take();
  batch.take(first.bytes);
  batch.put('meta', Buffer.of(2), Buffer.of(3));
  const second = batch.take();
  assert.equal(second.bytes, first.bytes);
  const write = new BatchReader(second.bytes, second.end);
  assert.ok(write.next());
  assert.deepEqual([...write.key, ...write.value], [2, 3]);
});

test('WriteBatch.bytesUsed counts heads, keys, values and checksums', () => {
  const batch = new WriteBatch();
  assert.equal(batch.bytesUsed, 0);
  batch.put('meta', Buffer.of(1), Buffer.of(1, 2, 3));
  assert.equal(batch.bytesUsed, 8 + 1 + 3 + 4);
});

test('WriteBatch.putWithChecksum() takes a value with the checksum behind it', () => {
  const batch = new WriteBatch();
  batch.putWithChecksum('meta', Buffer.of(1), Buffer.of(5, 6, 0xa, 0xb, 0xc, 0xd));
  batch.put('meta', Buffer.of(2), Buffer.of(7));
  const { bytes, end } = batch.take();
  const write = new BatchReader(bytes, end);
  write.next();
  assert.deepEqual([...write.value], [5, 6]);
  const checksum = bytes.subarray(write.valueEnd, write.valueEnd + 4);
  assert.deepEqual([...checksum], [0xa, 0xb, 0xc, 0xd]);
  write.next();
  assert.deepEqual([...write.value], [7]);
});
