import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VarintReader, varintBytes, writeVarint } from './varint.js';

const numbers: [value: number, hex: string][] = [
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2 ** 31, '8080808008'],
  [2 ** 32 + 5, '8580808010'],
  [2 ** 53 - 1, 'ffffffffffffff0f'],
];
for (const [value, hex] of numbers) {
  test(`writeVarint() and VarintReader are inverse for ${value}`, () => {
    const target = Buffer.alloc(9, 0xee);
    const end = writeVarint(target, 1, value);
    assert.equal(target.subarray(1, end).toString('hex'), hex);
    assert.equal(varintBytes(value), end - 1);
    const reader = new VarintReader(target.subarray(1, end));
    assert.equal(reader.varint(), value);
    assert.ok(reader.done);
  });
}

for (const hex of ['', '80', 'ffffffffffffff', 'ffffffffffffff10', 'ffffffffffffffff01']) {
  test(`VarintReader reads no number from '${hex}'`, () => {
    assert.equal(new VarintReader(Buffer.from(hex, 'hex')).varint(), undefined);
  });
}

test('VarintReader gives bytes only if they are all there', () => {
  const reader = new VarintReader(Uint8Array.of(1, 2, 3));
  assert.equal(reader.bytes(4), undefined);
  assert.deepEqual(reader.bytes(2), Uint8Array.of(1, 2));
  assert.equal(reader.byte(), 3);
  assert.equal(reader.byte(), undefined);
});
