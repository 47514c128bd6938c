import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchReader } from './batch-reader.js';
import { TABLES } from './tables.js';
import { type BatchBytes, PUT, REMOVE, REMOVE_RANGE, WriteBatch } from './write-batch.js';

/** `kind table key value`, in order. */
function shown({ bytes, end }: BatchBytes): string[] {
  const reader = new BatchReader(bytes, end);
  const writes: string[] = [];
  while (reader.next()) {
    const key = Buffer.from(reader.key).toString();
    const value = Buffer.from(reader.value).toString();
    writes.push(`${reader.kind} ${TABLES[reader.table]} ${key} ${value}`.trimEnd());
  }
  return writes;
}

test('WriteBatch is empty at first, and after take()', () => {
  const batch = new WriteBatch();
  assert.equal(batch.isEmpty, true);
  batch.put('meta', Buffer.from('k'), Buffer.from('v'));
  assert.equal(batch.isEmpty, false);
  assert.deepEqual(shown(batch.take()), [`${PUT} meta k v`]);
  assert.equal(batch.isEmpty, true);
  assert.deepEqual(shown(batch.take()), []);
});

test('WriteBatch keeps all kinds of writes in order', () => {
  const batch = new WriteBatch(1);
  batch.put('messages', Buffer.from('one'), Buffer.from('first'));
  batch.remove('retained', Buffer.from('two'));
  batch.removeRange('received', Buffer.from('a'), Buffer.from('b'));
  batch.put('sessions', Buffer.from('three'), Buffer.alloc(0));
  assert.deepEqual(shown(batch.take()), [
    `${PUT} messages one first`,
    `${REMOVE} retained two`,
    `${REMOVE_RANGE} received a b`,
    `${PUT} sessions three`,
  ]);
});

test('WriteBatch joins the parts of keys and values', () => {
  const batch = new WriteBatch(1);
  batch.beginPut('meta');
  batch.raw(Buffer.from('k'));
  batch.uint8(0x31);
  batch.beginValue();
  batch.text('é');
  batch.varint(300);
  batch.end();
  const { bytes, end } = batch.take();
  const reader = new BatchReader(bytes, end);
  assert.equal(reader.next(), true);
  assert.equal(Buffer.from(reader.key).toString(), 'k1');
  assert.deepEqual([...reader.value], [2, 0xc3, 0xa9, 0xac, 0x02]);
  assert.equal(reader.next(), false);
});

test('WriteBatch grows, and fits() says when it would', () => {
  const batch = new WriteBatch(64);
  assert.equal(batch.fits(10, 42), true);
  assert.equal(batch.fits(10, 43), false);
  const value = Buffer.alloc(100_000, 'x');
  batch.put('messages', Buffer.from('k'), value);
  assert.deepEqual(shown(batch.take()), [`${PUT} messages k ${value.toString()}`]);
});

test('WriteBatch goes on in the memory it is given', () => {
  const batch = new WriteBatch();
  batch.put('meta', Buffer.from('k'), Buffer.from('v'));
  const spare = batch.take().bytes;
  batch.take(spare);
  batch.put('meta', Buffer.from('K'), Buffer.from('V'));
  const taken = batch.take();
  assert.equal(taken.bytes, spare);
  assert.deepEqual(shown(taken), [`${PUT} meta K V`]);
});
