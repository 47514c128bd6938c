import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, framed, hex, remainingLength, uint16 } from './bytes.js';

const dumps = [
  { name: 'digits and blanks', dump: 'c0 00', bytes: [0xc0, 0x00] },
  { name: 'digits without blanks', dump: '0001ff', bytes: [0x00, 0x01, 0xff] },
  { name: 'comments', dump: '01 # one 02\n03 # three', bytes: [1, 3] },
  { name: 'text', dump: '0001 "a b" 00', bytes: [0, 1, 0x61, 0x20, 0x62, 0] },
  { name: 'a number sign in text', dump: '"a#" 01', bytes: [0x61, 0x23, 1] },
  { name: 'nothing', dump: ' # nothing', bytes: [] },
];
for (const { name, dump, bytes } of dumps) {
  test(`hex() reads ${name}`, () => assert.deepEqual([...hex(dump)], bytes));
}

for (const dump of ['0', '0x10', 'abc', 'zz']) {
  test(`hex() refuses ${dump}`, () => assert.throws(() => hex(dump), TypeError));
}

const lengths: readonly (readonly [length: number, bytes: string])[] = [
  [0, '00'],
  [127, '7f'],
  [128, '80 01'],
  [16_383, 'ff 7f'],
  [16_384, '80 80 01'],
  [268_435_455, 'ff ff ff 7f'],
];
for (const [length, bytes] of lengths) {
  test(`remainingLength() writes ${length} as ${bytes}`, () => {
    assert.deepEqual(remainingLength(length), Buffer.from(hex(bytes)));
  });
}

test('framed() puts first byte and length before the parts', () => {
  const packet = framed(0x82, uint16(258), field('a/é'), hex('01'));
  assert.deepEqual(packet, Buffer.from(hex('82 09  0102  0004 612fc3a9  01')));
});

test('field() takes bytes that are no text', () => {
  assert.deepEqual(field(hex('c080')), Buffer.from(hex('0002 c080')));
});
