import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ByteReader,
  decodeServerPacket,
  encode,
  Framer,
  type Packet,
  ProtocolError,
  Publish,
} from '@magpie/protocol';
import fc from 'fast-check';
import { decodeSmallPacket } from './small-packet.js';

/** What each of two decoders says of a packet; a refusal is one word. */
function both(first: number, body: Uint8Array): readonly [small: unknown, full: unknown] {
  const framer = new Framer(1_000_000);
  const whole = new Uint8Array([first, body.length & 0x7f, ...body]);
  framer.feed(whole, 0, whole.length);
  assert.ok(framer.next());
  return [
    outcome(() => decodeSmallPacket(first, body)),
    outcome(() => decodeServerPacket(framer, new ByteReader())),
  ];
}

function outcome(decode: () => object): unknown {
  try {
    const packet = decode();
    if (!(packet instanceof Publish)) return packet;
    const { topic, payload, qos, retain, dup, packetId } = packet;
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
    qos: fc.constantFrom(0, 1),
    retain: fc.boolean(),
    dup: fc.boolean(),
    packetId: id,
  })
  .filter(({ topic }) => !/[+#\0]/.test(topic))
  .map(({ qos, dup, packetId, ...rest }) =>
    Publish.of(qos === 0 ? { ...rest, qos: 0 } : { ...rest, qos: 1, dup, packetId }),
  );
const answer = fc.oneof(
  fc.record({ type: fc.constantFrom('puback', 'unsuback'), packetId: id }),
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

test('decodeSmallPacket() reads every packet as the full decoder does', () => {
  fc.assert(
    fc.property(fc.oneof(publish, answer), (packet) => {
      const bytes = encode(packet, 4);
      const [small, full] = both(bytes[0]!, bytes.subarray(2));
      assert.notEqual(small, 'refused');
      assert.deepEqual(small, full);
    }),
    { numRuns: 500 },
  );
});

test('decodeSmallPacket() refuses what the full decoder refuses, and QoS 2', () => {
  const first = fc.integer({ min: 0, max: 255 });
  const small = fc.integer({ min: 0, max: 6 });
  const body = fc.oneof(fc.array(small, { maxLength: 8 }), fc.array(first, { maxLength: 8 }));
  fc.assert(
    fc.property(first, body, (first, bytes) => {
      const isQoS2 = first >> 4 === 5 || first >> 4 === 6 || first >> 4 === 7;
      const [small, full] = both(first, new Uint8Array(bytes));
      if (isQoS2 || (first & 0xf6) === 0x34) assert.equal(small, 'refused');
      else assert.deepEqual(small, full);
    }),
    { numRuns: 20_000 },
  );
});
