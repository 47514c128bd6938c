import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NUMBER_BYTES, readNumber, VARINT_BYTES_MAX, writeNumber, writeVarint } from './numbers.js';

const written: readonly (readonly [number: number, hex: string])[] = [
  [0, '0000000000000000'],
  [1, '0000000000000001'],
  [255, '00000000000000ff'],
  [2 ** 31, '0000000080000000'],
  [2 ** 32 - 1, '00000000ffffffff'],
  [2 ** 32, '0000000100000000'],
  [Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
];
for (const [number, hex] of written) {
  test(`writeNumber() writes ${number} big endian, readNumber() reads it`, () => {
    const bytes = new Uint8Array(NUMBER_BYTES + 2);
    writeNumber(bytes, 1, number);
    assert.equal(Buffer.from(bytes).toString('hex'), `00${hex}00`);
    assert.equal(readNumber(bytes, 1), number);
  });
}

const short: readonly (readonly [number: number, hex: string])[] = [
  [0, '00'],
  [127, '7f'],
  [128, '8001'],
  [16_384, '808001'],
  [2 ** 32, '8080808010'],
  [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
];
for (const [number, hex] of short) {
  test(`writeVarint() writes ${number} as ${hex}`, () => {
    const bytes = new Uint8Array(VARINT_BYTES_MAX);
    const end = writeVarint(bytes, 0, number);
    assert.equal(Buffer.from(bytes.subarray(0, end)).toString('hex'), hex);
  });
}

test('writeNumber() keeps the order of numbers', () => {
  const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(number, number, (one, other) => {
      const keys = [one, other].map((each) => {
        const key = new Uint8Array(NUMBER_BYTES);
        writeNumber(key, 0, each);
        return key;
      });
      assert.equal(Buffer.compare(keys[0]!, keys[1]!), Math.sign(one - other));
    }),
  );
});
