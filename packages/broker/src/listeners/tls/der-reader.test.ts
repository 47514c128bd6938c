import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DER, DerReader } from './der-reader.js';

const readerOf = (hex: string) => new DerReader(Buffer.from(hex, 'hex'));

test('DerReader reads elements one after the other, and those inside', () => {
  const reader = readerOf('3006020107170112020203e8');
  const inner = reader.inside(DER.sequence);
  assert.deepEqual([...inner.content(DER.integer)], [7]);
  inner.skip(DER.integer); // the time is none
  inner.skip(DER.utcTime, DER.generalizedTime);
  assert.equal(inner.tag, undefined);
  assert.equal(reader.content().toString('hex'), '03e8');
  assert.equal(reader.tag, undefined);
});

for (const [bytes, head] of [
  [5, '0405'],
  [200, '0481c8'],
  [70_000, '0483011170'],
] as const) {
  test(`DerReader reads a length of ${bytes}`, () => {
    const element = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(bytes)]);
    assert.equal(new DerReader(element).content().length, bytes);
  });
}

for (const [what, hex] of [
  ['nothing', ''],
  ['a tag alone', '30'],
  ['a length that is cut off', '308201'],
  ['a content that is cut off', '300205'],
  ['a length without an end', '3080'],
  ['a length of more than 4 bytes', '30850000000001ff'],
  ['a tag of more than one byte', '1f8100'],
] as const) {
  test(`DerReader refuses ${what}`, () => {
    assert.throws(() => readerOf(hex).content(), RangeError);
  });
}

test('DerReader refuses another element than was expected', () => {
  assert.throws(() => readerOf('020107').inside(DER.sequence), RangeError);
});

test('DerReader only ever throws RangeError, and ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const reader = new DerReader(Buffer.from(bytes));
      try {
        while (reader.tag !== undefined) reader.content();
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
  );
});
