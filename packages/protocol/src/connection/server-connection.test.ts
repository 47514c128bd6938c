import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../bytes/byte-reader.js';
import { hex } from '../bytes/hex.testing.js';
import { encode } from '../codec.js';
import { anyPacket } from '../packets/any-packet.testing.js';
import type { Connect } from '../packets/connect.js';
import { DISCONNECT } from '../packets/disconnect.js';
import type { Packet } from '../packets/packet.js';
import { comparable, isFault } from '../packets/packet-cases.testing.js';
import { PINGREQ } from '../packets/pingreq.js';
import { PINGRESP } from '../packets/pingresp.js';
import { Publish } from '../packets/publish.js';
import { ServerConnection } from './server-connection.js';

const CONNECT: Connect = {
  type: 'connect',
  protocolVersion: 4,
  cleanSession: true,
  keepAliveS: 60,
  clientId: 'c',
  will: undefined,
  username: undefined,
  password: undefined,
};
const PUBLISH = Publish.of({ topic: 't', payload: hex("'hello'"), qos: 1, packetId: 3 });

function connection(packetBytesMax = 1000): ServerConnection {
  return new ServerConnection(packetBytesMax, new ByteReader());
}

function concat(packets: readonly Packet[]): Uint8Array {
  return Uint8Array.from(packets.flatMap((packet) => Array.from(encode(packet, 4))));
}

function feed(server: ServerConnection, bytes: Uint8Array): void {
  server.feed(bytes, 0, bytes.length);
}

/** All packets that can be had now. */
function drain(server: ServerConnection): Packet[] {
  const packets: Packet[] = [];
  for (let next = server.next(); next !== undefined; next = server.next()) packets.push(next);
  return packets;
}

/** A connection whose CONNECT is behind it. */
function connected(): ServerConnection {
  const server = connection();
  feed(server, encode(CONNECT, 4));
  assert.equal(server.next()?.type, 'connect');
  return server;
}

const fromClients: readonly Packet[] = [
  PUBLISH,
  { type: 'puback', packetId: 1 },
  { type: 'pubrec', packetId: 1 },
  { type: 'pubrel', packetId: 1 },
  { type: 'pubcomp', packetId: 1 },
  { type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 2 }] },
  { type: 'unsubscribe', packetId: 1, filters: ['#'] },
  PINGREQ,
  DISCONNECT,
];
const fromServers: readonly Packet[] = [
  { type: 'connack', sessionPresent: false, returnCode: 0 },
  { type: 'suback', packetId: 1, returnCodes: [0] },
  { type: 'unsuback', packetId: 1 },
  PINGRESP,
];

for (const packet of fromClients) {
  test(`ServerConnection.next() takes ${packet.type.toUpperCase()} after CONNECT`, () => {
    const server = connected();
    feed(server, encode(packet, 4));
    assert.deepEqual(drain(server).map(comparable), [comparable(packet)]);
  });
}

for (const packet of [...fromClients, ...fromServers]) {
  test(`ServerConnection.next() refuses ${packet.type.toUpperCase()} before CONNECT`, () => {
    const server = connection();
    feed(server, encode(packet, 4));
    assert.throws(() => server.next(), isFault('PROTOCOL_ERROR', 'MQTT-3.1.0-1'));
  });
}

for (const packet of fromServers) {
  test(`ServerConnection.next() refuses ${packet.type.toUpperCase()} of a client`, () => {
    const server = connected();
    feed(server, encode(packet, 4));
    assert.throws(() => server.next(), isFault('PROTOCOL_ERROR'));
  });
}

test('ServerConnection.next() refuses a first packet by its type, before it is decoded', () => {
  const server = connection();
  feed(server, hex('3f 00  # PUBLISH of QoS 3 without a topic'));
  assert.throws(() => server.next(), isFault('PROTOCOL_ERROR', 'MQTT-3.1.0-1'));
});

test('ServerConnection.next() refuses a second CONNECT', () => {
  const server = connected();
  feed(server, encode(CONNECT, 4));
  assert.throws(() => server.next(), isFault('PROTOCOL_ERROR', 'MQTT-3.1.0-2'));
});

test('ServerConnection.next() discards what follows DISCONNECT, however it comes', () => {
  const server = connected();
  feed(server, concat([DISCONNECT, PUBLISH]));
  assert.equal(server.next()?.type, 'disconnect');
  assert.equal(server.next(), undefined);
  for (const more of [encode(PUBLISH, 4), encode(CONNECT, 4), hex('ff ff ff ff ff')]) {
    feed(server, more);
    assert.equal(server.next(), undefined);
  }
});

test('ServerConnection keeps nothing of what follows DISCONNECT', () => {
  const server = connected();
  feed(server, concat([DISCONNECT, PUBLISH]));
  drain(server);
  for (let count = 0; count < 10; count++) feed(server, encode(PUBLISH, 4));
  server.hold();
  assert.equal(server.frame.bufferedBytes, 0);
});

test('ServerConnection.version is that of the CONNECT, and 4 before', () => {
  const server = connection();
  assert.equal(server.version, 4);
  feed(server, encode({ ...CONNECT, protocolVersion: 3 }, 3));
  server.next();
  assert.equal(server.version, 3);
  // Only MQTT 3.1 allows DUP in a PUBREL.
  feed(server, hex('6a 02 0001'));
  assert.deepEqual(server.next(), { type: 'pubrel', packetId: 1 });
});

test('ServerConnection.version is not that of a CONNECT that is refused', () => {
  const server = connected();
  feed(server, encode({ ...CONNECT, protocolVersion: 3 }, 3));
  assert.throws(() => server.next());
  assert.equal(server.version, 4);
});

test('ServerConnection.frame says where the bytes of the packet returned last lie', () => {
  const server = connected();
  const bytes = concat([PINGREQ, PUBLISH]);
  feed(server, bytes);
  server.next();
  server.next();
  const { source, packetStart, bodyEnd } = server.frame;
  assert.equal(source, bytes);
  assert.deepEqual([packetStart, bodyEnd], [2, bytes.length]);
});

test('ServerConnection.hold() keeps what is not read, though the caller reuses his bytes', () => {
  const server = connection();
  const bytes = concat([CONNECT, PUBLISH, PINGREQ]);
  feed(server, bytes);
  server.next();
  server.hold();
  bytes.fill(0xff);
  feed(server, concat([DISCONNECT]));
  assert.deepEqual(drain(server).map(comparable), [PUBLISH, PINGREQ, DISCONNECT].map(comparable));
});

test('ServerConnection.next() refuses a packet above packetBytesMax by its header', () => {
  const server = connection(100);
  feed(server, concat([CONNECT]));
  server.next();
  feed(server, hex('30 63  # 101 bytes'));
  assert.throws(() => server.next(), isFault('PACKET_TOO_LARGE'));
});

test('ServerConnection goes on throwing once the stream is broken', () => {
  const server = connected();
  feed(server, hex('30 ff ff ff ff 01'));
  assert.throws(() => server.next(), isFault('MALFORMED_PACKET'));
  assert.throws(() => server.next(), isFault('MALFORMED_PACKET'));
});

/** One reader for all, since `next` uses it only while it runs. */
test('ServerConnection shares its reader with others', () => {
  const reader = new ByteReader();
  const one = new ServerConnection(1000, reader);
  const other = new ServerConnection(1000, reader);
  feed(one, concat([CONNECT, PUBLISH]).subarray(0, 20));
  feed(other, concat([{ ...CONNECT, clientId: 'other' }]));
  assert.deepEqual(one.next(), CONNECT);
  assert.deepEqual(other.next(), { ...CONNECT, clientId: 'other' });
  feed(one, concat([CONNECT, PUBLISH]).subarray(20));
  assert.deepEqual(drain(one).map(comparable), [comparable(PUBLISH)]);
});

test('ServerConnection gives the packets of a client, however the stream is cut', () => {
  const ofClient = (packet: Packet) =>
    fromClients.some(({ type }) => type === packet.type) && packet.type !== 'disconnect';
  const packets = fc.array(anyPacket().filter(ofClient), { maxLength: 6 });
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(packets, sizes, (some, chunkSizes) => {
      const server = connection(100_000);
      const bytes = concat([CONNECT, ...some]);
      const got: unknown[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const end = Math.min(bytes.length, at + (chunkSizes[turn % chunkSizes.length] ?? 1));
        const chunk = bytes.slice(at, end);
        server.feed(chunk, 0, chunk.length);
        got.push(...drain(server).map(comparable));
        chunk.fill(0xdd);
        at = end;
      }
      assert.deepEqual(got, [CONNECT, ...some].map(comparable));
    }),
  );
});
