import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binarySize, stringSize, writeBinary, writeString, writeUint16 } from './byte-writer.js';
import { hex, toHex } from './hex.testing.js';

function written(size: number, write: (target: Uint8Array, at: number) => number): string {
  const target = new Uint8Array(size + 2).fill(0xee);
  assert.equal(write(target, 1), size + 1);
  return toHex(target);
}

test('writeUint16() writes the high byte first', () => {
  assert.equal(
    written(2, (target, at) => writeUint16(target, at, 0x1234)),
    'ee 12 34 ee',
  );
  assert.equal(
    written(2, (target, at) => writeUint16(target, at, 65_535)),
    'ee ff ff ee',
  );
});

for (const [text, expected] of [
  ['', 'ee 00 00 ee'],
  ['hi', 'ee 00 02 68 69 ee'],
  ['é', 'ee 00 02 c3 a9 ee'],
  ['a🐦', 'ee 00 05 61 f0 9f 90 a6 ee'],
] as const) {
  test(`writeString() fills what stringSize() measures: ${JSON.stringify(text)}`, () => {
    const size = stringSize(text, 'Text');
    assert.equal(
      written(size, (target, at) => writeString(target, at, text)),
      expected,
    );
  });
}

test('writeBinary() fills what binarySize() measures', () => {
  for (const [bytes, expected] of [
    [hex(''), 'ee 00 00 ee'],
    [hex('00ff'), 'ee 00 02 00 ff ee'],
  ] as const) {
    const size = binarySize(bytes, 'Bytes');
    assert.equal(
      written(size, (target, at) => writeBinary(target, at, bytes)),
      expected,
    );
  }
});

test('stringSize() and binarySize() refuse what two bytes cannot say', () => {
  assert.equal(stringSize('a'.repeat(65_535), 'Text'), 65_537);
  assert.equal(binarySize(new Uint8Array(65_535), 'Bytes'), 65_537);
  const message = 'It must have at most 65535 bytes: it has 65536';
  const error = { name: 'RangeError', message };
  assert.throws(() => stringSize('é'.repeat(32_768), 'It'), error);
  assert.throws(() => binarySize(new Uint8Array(65_536), 'It'), error);
});
