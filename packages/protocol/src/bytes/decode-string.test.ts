import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../packets/packet-cases.testing.js';
import { decodeString } from './decode-string.js';
import { hex } from './hex.testing.js';

test('decodeString() decodes the region and nothing around it', () => {
  assert.equal(decodeString(hex("ff 'hi' ff"), 1, 3, 'It'), 'hi');
});

test('decodeString() keeps U+FEFF, wherever it stands', () => {
  const bytes = hex("efbbbf 'a' efbbbf");
  assert.equal(decodeString(bytes, 0, bytes.length, 'It'), '\uFEFFa\uFEFF');
});

test('decodeString() refuses ill-formed bytes', () => {
  const illFormed = isFault('MALFORMED_PACKET', 'MQTT-1.5.3-1');
  assert.throws(() => decodeString(hex('eda080'), 0, 3, 'It'), illFormed);
});

test('decodeString() refuses U+0000, in short strings and in long ones', () => {
  const nul = isFault('MALFORMED_PACKET', 'MQTT-1.5.3-2');
  assert.throws(() => decodeString(hex("'a' 00"), 0, 2, 'It'), nul);
  assert.throws(() => decodeString(new Uint8Array(500), 0, 500, 'It'), nul);
});
