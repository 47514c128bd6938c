import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { checkRecordingHeader, encodeRecordingHeader } from './recording-header.js';

test('encodeRecordingHeader() writes the bytes that the documentation says', () => {
  const header = encodeRecordingHeader(1_769_846_709_250_000);
  const sum = crc32(header.subarray(0, 20)).toString(16).padStart(8, '0');
  assert.equal(header.toString('hex'), `894d4750520d0a1a01000000000649aa8c6967d0${sum}`);
  assert.equal(checkRecordingHeader(header), undefined);
});

test('checkRecordingHeader() notices every flipped bit', () => {
  for (let bit = 0; bit < 24 * 8; bit++) {
    const header = encodeRecordingHeader(5);
    header[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(checkRecordingHeader(header), undefined, `bit ${bit}`);
  }
});

const wrong: [what: string, header: Buffer, why: RegExp][] = [
  ['nothing', Buffer.alloc(0), /shorter/],
  ['a part', encodeRecordingHeader(5).subarray(0, 23), /shorter/],
  ['another file', Buffer.from('#!/bin/sh\necho hello world'), /does not begin as one/],
  ['a later version', version(2), /version 2 of the format, and this Magpie knows version 1/],
];
for (const [what, header, why] of wrong) {
  test(`checkRecordingHeader() refuses ${what}`, () => {
    assert.match(checkRecordingHeader(header) ?? '', why);
  });
}

function version(major: number): Buffer {
  const header = encodeRecordingHeader(5);
  header[8] = major;
  header.writeUInt32BE(crc32(header.subarray(0, 20)), 20);
  return header;
}
