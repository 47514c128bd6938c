import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from './bytes/hex.testing.js';
import { type ClientRequest, encodeClientRequest } from './client-codec.js';
import { encode } from './codec.js';
import { anyPacket } from './packets/any-packet.testing.js';
import type { Packet } from './packets/packet.js';

const REQUESTS = new Set(['connect', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect']);
const CONNECT: ClientRequest = {
  type: 'connect',
  protocolVersion: 4,
  cleanSession: true,
  keepAliveS: 60,
  clientId: 'a',
  will: undefined,
  username: undefined,
  password: undefined,
};

function isRequest(packet: Packet): packet is ClientRequest {
  return REQUESTS.has(packet.type);
}

test('encodeClientRequest() writes what encode() gives', () => {
  fc.assert(
    fc.property(anyPacket().filter(isRequest), (packet) => {
      const request =
        packet.type === 'connect' ? { ...packet, protocolVersion: 4 as const } : packet;
      assert.equal(toHex(encodeClientRequest(request)), toHex(encode(request, 4)));
    }),
    { numRuns: 1000 },
  );
});

test('encodeClientRequest() refuses a packet whose Remaining Length cannot be said', () => {
  const filter = 't'.repeat(65_535);
  const filters = Array.from({ length: 4097 }, () => filter);
  assert.throws(() => encodeClientRequest({ type: 'unsubscribe', packetId: 1, filters }), {
    name: 'RangeError',
    message: 'Remaining Length must be a number from 0 to 268435455: it is 268505091',
  });
});

test('encodeClientRequest() names the field that is too long', () => {
  const long = 'é'.repeat(32_768);
  const bytes = new Uint8Array(65_536);
  const will = { topic: 't', payload: bytes, qos: 0, retain: false } as const;
  const cases: readonly (readonly [string, ClientRequest])[] = [
    ['clientId', { ...CONNECT, clientId: long }],
    ['will.topic', { ...CONNECT, will: { ...will, topic: long } }],
    ['will.payload', { ...CONNECT, will }],
    ['username', { ...CONNECT, username: long }],
    ['password', { ...CONNECT, password: bytes }],
    ['filter', { type: 'unsubscribe', packetId: 1, filters: [long] }],
    ['filter', { type: 'subscribe', packetId: 1, subscriptions: [{ filter: long, qos: 0 }] }],
  ];
  for (const [name, packet] of cases) {
    assert.throws(() => encodeClientRequest(packet), {
      name: 'RangeError',
      message: `${name} bytes must be a number from 0 to 65535: it is 65536`,
    });
  }
});

test('encodeClientRequest() refuses a keep-alive that two bytes cannot say', () => {
  for (const keepAliveS of [-1, 65_536, NaN]) {
    assert.throws(() => encodeClientRequest({ ...CONNECT, keepAliveS }), RangeError);
  }
});
