import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from './packet-cases.testing.js';
import { checkReservedFlags, PACKET_TYPES, packetTypeName, reservedFlags } from './packet-type.js';

const withFlags = new Set<number>([
  PACKET_TYPES.pubrel,
  PACKET_TYPES.subscribe,
  PACKET_TYPES.unsubscribe,
]);

test('reservedFlags() are those of table 2.2', () => {
  for (const type of Object.values(PACKET_TYPES)) {
    if (type === PACKET_TYPES.publish) continue;
    assert.equal(reservedFlags(type), withFlags.has(type) ? 0b0010 : 0);
  }
});

test('checkReservedFlags() takes one value of sixteen, and with DUP in MQTT 3.1', () => {
  for (const type of Object.values(PACKET_TYPES)) {
    if (type === PACKET_TYPES.publish) continue;
    for (let flags = 0; flags < 16; flags++) {
      const wanted = reservedFlags(type);
      assert.equal(isTaken(type, flags, 4), flags === wanted);
      const dup: boolean = withFlags.has(type) && flags === 0b1010;
      assert.equal(isTaken(type, flags, 3), flags === wanted || dup);
    }
  }
});

test('checkReservedFlags() says which flags it wants and which there are', () => {
  assert.throws(() => checkReservedFlags(PACKET_TYPES.pubrel, 0, 4), {
    message: 'PUBREL must have flags 0010: it has 0000',
  });
  const malformed = isFault('MALFORMED_PACKET', 'MQTT-3.6.1-1');
  assert.throws(() => checkReservedFlags(PACKET_TYPES.pubrel, 0, 4), malformed);
});

test('packetTypeName() is that of the standard', () => {
  assert.deepEqual([1, 14, 0].map(packetTypeName), ['CONNECT', 'DISCONNECT', 'Packet type 0']);
});

function isTaken(type: number, flags: number, version: 3 | 4): boolean {
  try {
    checkReservedFlags(type, flags, version);
    return true;
  } catch {
    return false;
  }
}
