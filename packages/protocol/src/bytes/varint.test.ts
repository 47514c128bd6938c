import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from './hex.testing.js';
import { varintSize, writeVarint } from './varint.js';

/** Table 2.4 of MQTT 3.1.1: the ends of each size. */
for (const [value, expected] of [
  [0, '00'],
  [127, '7f'],
  [128, '80 01'],
  [16_383, 'ff 7f'],
  [16_384, '80 80 01'],
  [2_097_151, 'ff ff 7f'],
  [2_097_152, '80 80 80 01'],
  [268_435_455, 'ff ff ff 7f'],
] as const) {
  test(`writeVarint() writes the shortest form, of varintSize() bytes: ${value}`, () => {
    const target = new Uint8Array(6).fill(0xee);
    const end = writeVarint(target, 1, value);
    assert.equal(toHex(target.subarray(1, end)), expected);
    assert.equal(varintSize(value), end - 1);
    assert.deepEqual([target[0], target[end]], [0xee, 0xee]);
  });
}
