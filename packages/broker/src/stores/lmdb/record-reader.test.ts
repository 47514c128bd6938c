import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordReader } from './record-reader.js';

function over(...bytes: number[]): RecordReader {
  return new RecordReader().reset(Uint8Array.from(bytes));
}

test('RecordReader reads the parts in order', () => {
  const record = over(7, 0xac, 0x02, 2, 0x61, 0x62, 9, 9);
  assert.equal(record.uint8(), 7);
  assert.equal(record.varint(), 300);
  assert.equal(record.text(), 'ab');
  assert.equal(record.atEnd, false);
  assert.deepEqual([...record.rest()], [9, 9]);
  assert.equal(record.atEnd, true);
  record.expectEnd();
});

test('RecordReader reads a part of the memory, and any text', () => {
  const bytes = Buffer.from(`${'.'.repeat(5)}\u0003🐦`.replace('\u0003', '\u0004'));
  const record = new RecordReader().reset(bytes, 5);
  assert.equal(record.text(), '🐦');
  const long = 'x'.repeat(500);
  const behind = Buffer.concat([Buffer.of(0xf4, 0x03), Buffer.from(long)]);
  assert.equal(record.reset(behind).text(), long);
});

const refused: readonly (readonly [what: string, read: () => unknown, message: RegExp])[] = [
  ['a byte that is not there', () => over().uint8(), /0 bytes and ends at byte 0/],
  ['a number without end', () => over(0x80).varint(), /ends at byte 1/],
  [
    'a number beyond 2^53',
    () => over(255, 255, 255, 255, 255, 255, 255, 255, 1).varint(),
    /holds the number/,
  ],
  ['a text that is cut', () => over(3, 0x61).text(), /in the middle of a text of 3 bytes/],
  ['a text that is not UTF-8', () => over(1, 0xff).text(), /not UTF-8/],
  ['bytes behind the end', () => over(1).expectEnd(), /goes on behind byte 0/],
];
for (const [what, read, message] of refused) {
  test(`RecordReader refuses ${what}`, () => {
    assert.throws(read, (error) => error instanceof RangeError && message.test(error.message));
  });
}
