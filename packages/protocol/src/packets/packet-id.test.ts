import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../bytes/byte-reader.js';
import { hex, toHex } from '../bytes/hex.testing.js';
import { isFault } from './packet-cases.testing.js';
import { packetIdOf, readPacketId, writePacketId } from './packet-id.js';

test('readPacketId() names the clause of the caller for 0', () => {
  const reader = new ByteReader();
  reader.reset(hex('0102 0000'), 0, 4);
  assert.equal(readPacketId(reader, 'MQTT-2.3.1-1'), 0x0102);
  assert.throws(
    () => readPacketId(reader, 'MQTT-2.3.1-1'),
    isFault('MALFORMED_PACKET', 'MQTT-2.3.1-1'),
  );
});

test('writePacketId() asserts 1 to 65535', () => {
  const target = new Uint8Array(2);
  assert.equal(writePacketId(target, 0, 65_535), 2);
  assert.equal(toHex(target), 'ff ff');
  for (const packetId of [0, -1, 65_536, Number.NaN]) {
    assert.throws(() => writePacketId(target, 0, packetId), { name: 'AssertionError' });
  }
});

test('packetIdOf() counts from 1 to 65,535 and then from the start', () => {
  const cases: readonly (readonly [sequence: number, packetId: number])[] = [
    [0, 1],
    [1, 2],
    [65_533, 65_534],
    [65_534, 65_535],
    [65_535, 1],
    [65_536, 2],
    [2 * 65_535, 1],
    [2 ** 32, (2 ** 32 % 65_535) + 1],
    [Number.MAX_SAFE_INTEGER, (Number.MAX_SAFE_INTEGER % 65_535) + 1],
  ];
  for (const [sequence, packetId] of cases) assert.equal(packetIdOf(sequence), packetId);
});
