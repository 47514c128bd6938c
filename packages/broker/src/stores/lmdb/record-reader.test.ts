import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecordReader } from './record-reader.js';
import { TABLE_CODES } from './tables.js';
import { BatchReader } from './batch-reader.js';
import { WriteBatch } from './write-batch.js';

function recordOf(write: (out: WriteBatch) => void): Uint8Array {
  const batch = new WriteBatch();
  batch.beginPut('meta');
  batch.number(1);
  batch.beginValue();
  write(batch);
  batch.end();
  const { bytes, end } = batch.take();
  const reader = new BatchReader(bytes, end);
  assert.ok(reader.next());
  assert.equal(reader.table, TABLE_CODES.meta);
  return new Uint8Array(reader.value);
}

test('RecordReader reads what a batch was given', () => {
  const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(number, text, fc.uint8Array(), (each, words, bytes) => {
      const record = new RecordReader().reset(
        recordOf((out) => {
          out.varint(each);
          out.text(words);
          out.uint8(7);
          out.raw(bytes);
        }),
      );
      assert.equal(record.varint(), each);
      assert.equal(record.text(), words);
      assert.equal(record.uint8(), 7);
      assert.deepEqual(new Uint8Array(record.rest()), bytes);
      assert.ok(record.atEnd);
    }),
  );
});

test('RecordReader stays inside the record that it was given', () => {
  const record = new RecordReader().reset(Buffer.from('0102030405', 'hex'), 1, 3);
  assert.equal(record.uint8(), 2);
  assert.deepEqual([...record.rest()], [3]);
  assert.throws(() => record.uint8(), /it has 2 bytes and ends at byte 2/);
});

const wrong: readonly {
  readonly name: string;
  readonly hex: string;
  readonly read: (record: RecordReader) => unknown;
  readonly problem: RegExp;
}[] = [
  { name: 'a byte that is not there', hex: '', read: (r) => r.uint8(), problem: /ends at byte 0/ },
  { name: 'half a number', hex: '80', read: (r) => r.varint(), problem: /ends at byte 1/ },
  {
    name: 'a number that is too large',
    hex: 'ffffffffffffffff01',
    read: (r) => r.varint(),
    problem: /holds the number/,
  },
  {
    name: 'half a text',
    hex: '05616263',
    read: (r) => r.text(),
    problem: /ends in the middle of a text of 5 bytes/,
  },
  { name: 'a text that is not UTF-8', hex: '02c328', read: (r) => r.text(), problem: /not UTF-8/ },
  {
    name: 'something behind the end',
    hex: '0102',
    read: (r) => {
      r.uint8();
      r.expectEnd();
    },
    problem: /goes on behind byte 1/,
  },
];
for (const { name, hex, read, problem } of wrong) {
  test(`RecordReader refuses ${name}`, () => {
    const record = new RecordReader().reset(Buffer.from(hex, 'hex'));
    assert.throws(() => read(record), { name: 'RangeError', message: problem });
  });
}
