import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NUMBER_BYTES, readNumber, VARINT_BYTES_MAX, writeNumber, writeVarint } from './numbers.js';
import { RecordReader } from './record-reader.js';

const anyNumber = fc.oneof(
  fc.nat(300),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);

function key(number: number): Buffer {
  const bytes = Buffer.alloc(NUMBER_BYTES);
  writeNumber(bytes, 0, number);
  return bytes;
}

test('readNumber() gives what writeNumber() wrote', () => {
  fc.assert(fc.property(anyNumber, (number) => readNumber(key(number), 0) === number));
});

test('writeNumber() keeps the order of numbers in the order of bytes', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (one, other) => {
      assert.equal(Math.sign(Buffer.compare(key(one), key(other))), Math.sign(one - other));
    }),
  );
});

const lengths: readonly (readonly [number: number, bytes: number])[] = [
  [0, 1],
  [127, 1],
  [128, 2],
  [16_383, 2],
  [16_384, 3],
  [2 ** 49, 8],
  [Number.MAX_SAFE_INTEGER, VARINT_BYTES_MAX],
];
for (const [number, bytes] of lengths) {
  test(`writeVarint() takes ${bytes} bytes for ${number}`, () => {
    assert.equal(writeVarint(new Uint8Array(VARINT_BYTES_MAX), 0, number), bytes);
  });
}

test('writeVarint() is read back', () => {
  fc.assert(
    fc.property(anyNumber, (number) => {
      const bytes = new Uint8Array(VARINT_BYTES_MAX);
      const end = writeVarint(bytes, 0, number);
      assert.equal(new RecordReader().reset(bytes, 0, end).varint(), number);
    }),
  );
});
