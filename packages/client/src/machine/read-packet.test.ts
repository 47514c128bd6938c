import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ByteReader,
  decode,
  encode,
  Framer,
  type Packet,
  ProtocolError,
  Publish,
} from '@magpie/protocol';
import fc from 'fast-check';
import { readPacket } from './read-packet.js';

const ONLY_CLIENTS = new Set(['connect', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect']);

/** What each of two readers says of a packet; a refusal is one word. */
function both(first: number, body: Uint8Array): readonly [short: unknown, full: unknown] {
  const whole = new Uint8Array([first, body.length & 0x7f, ...body]);
  const framer = new Framer(1_000_000);
  framer.feed(whole, 0, whole.length);
  assert.ok(framer.next());
  // What lies behind the packet is none of it.
  const source = new Uint8Array([9, 9, ...body, 1, 1, 1, 1]);
  return [
    outcome(() => readPacket(first, source, 2, 2 + body.length, '/')),
    outcome(() => decode(framer, 4, new ByteReader())),
  ];
}

function outcome(read: () => object): unknown {
  try {
    const packet = read();
    if ('type' in packet && ONLY_CLIENTS.has(String(packet.type))) return 'refused';
    if (!('payload' in packet)) return packet;
    const { topic, payload, qos, retain, dup, packetId } = packet as Publish;
    return { type: 'publish', topic, payload: new Uint8Array(payload), qos, retain, dup, packetId };
  } catch (error) {
    if (error instanceof ProtocolError) return 'refused';
    throw error;
  }
}

const id = fc.integer({ min: 1, max: 65_535 });
const publish = fc
  .record({
    topic: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    payload: fc.uint8Array({ maxLength: 30 }),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
    dup: fc.boolean(),
    packetId: id,
  })
  .filter(({ topic }) => !/[+#\0]/.test(topic))
  .map(({ qos, dup, packetId, ...rest }) =>
    Publish.of(qos === 0 ? { ...rest, qos } : { ...rest, qos, dup, packetId }),
  );
const answer = fc.oneof(
  fc.record({
    type: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'),
    packetId: id,
  }),
  fc.record({
    type: fc.constant('suback'),
    packetId: id,
    returnCodes: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 9 }),
  }),
  fc.constantFrom({ type: 'pingresp' }, { type: 'connack', sessionPresent: true, returnCode: 0 }),
  fc.integer({ min: 0, max: 5 }).map((returnCode) => {
    return { type: 'connack', sessionPresent: false, returnCode };
  }),
) as fc.Arbitrary<Packet>;

test('readPacket() reads every packet of a server as decode() does', () => {
  fc.assert(
    fc.property(fc.oneof(publish, answer), (packet) => {
      const bytes = encode(packet, 4);
      const [short, full] = both(bytes[0]!, bytes.subarray(2));
      assert.notEqual(short, 'refused');
      assert.deepEqual(short, full);
    }),
    { numRuns: 1000 },
  );
});

test('readPacket() refuses what decode() refuses, and what only clients send', () => {
  const first = fc.integer({ min: 0, max: 255 });
  const small = fc.integer({ min: 0, max: 6 });
  const body = fc.oneof(fc.array(small, { maxLength: 8 }), fc.array(first, { maxLength: 8 }));
  fc.assert(
    fc.property(first, body, (first, bytes) => {
      const [short, full] = both(first, new Uint8Array(bytes));
      assert.deepEqual(short, full);
    }),
    { numRuns: 20_000 },
  );
});

test('readPacket() gives a message bytes of its own', () => {
  const source = new Uint8Array([0, 1, 97, 5]);
  const packet = readPacket(0x30, source, 0, 4, '/');
  source.fill(0);
  assert.ok(packet.type === 'publish');
  assert.deepEqual([packet.topic, packet.payload], ['a', new Uint8Array([5])]);
});

test('readPacket() reads the same packet, whatever the last topic was', () => {
  const topic = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'é') });
  fc.assert(
    fc.property(topic, topic, fc.uint8Array({ maxLength: 3 }), (lastTopic, name, payload) => {
      const source = encode(Publish.of({ topic: name, payload }), 4);
      const packet = readPacket(0x30, source, 2, source.length, lastTopic);
      assert.ok(packet.type === 'publish');
      assert.deepEqual([packet.topic, packet.payload], [name, payload]);
    }),
  );
});

test('readPacket() refuses what is no UTF-8, also behind a topic with that code', () => {
  const source = new Uint8Array([0, 1, 0xe9]);
  assert.throws(() => readPacket(0x30, source, 0, 3, '\u00e9'), { fault: 'MALFORMED_PACKET' });
});

test('readPacket() copies the payload of a Buffer, too', () => {
  const source = Buffer.from([0, 1, 97, 5]);
  const packet = readPacket(0x30, source, 0, 4, '/');
  source.fill(0);
  assert.equal('payload' in packet && packet.payload[0], 5);
});

test('readPacket() shows the bytes of what it refuses', () => {
  assert.throws(() => readPacket(0x90, new Uint8Array([0, 1, 3]), 0, 3, '/'), {
    fault: 'MALFORMED_PACKET',
    message: 'a malformed packet: 90 0 1 3',
  });
});
