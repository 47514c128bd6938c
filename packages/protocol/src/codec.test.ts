import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from './bytes/byte-reader.js';
import { toHex } from './bytes/hex.testing.js';
import { decode, encode, encodedLength, encodeInto } from './codec.js';
import { ProtocolError } from './faults.js';
import { PACKET_TYPES } from './packets/packet-type.js';
import { anyPacket } from './packets/any-packet.testing.js';
import { comparable, decodeBytes, testInvalid } from './packets/packet-cases.testing.js';
import type { ProtocolVersion } from './packets/protocol-version.js';
import { Publish } from './packets/publish.js';
import { TopicTable } from './topics/topic-table.js';

testInvalid('a reserved packet type', [
  { name: 'type 0', bytes: '00 00' },
  { name: 'type 0 with a body', bytes: '00 02 0001' },
  { name: 'type 0 with flags', bytes: '02 00' },
  { name: 'type 15', bytes: 'f0 00' },
  { name: 'type 15 with flags', bytes: 'ff 00' },
]);

const versions: readonly ProtocolVersion[] = [3, 4];

test('decode() of encode() is the identity for every packet and version', () => {
  const reader = new ByteReader(new TopicTable({ entriesMax: 8, bytesMax: 200 }));
  fc.assert(
    fc.property(anyPacket(), (packet) => {
      const version = packet.type === 'connect' ? packet.protocolVersion : 4;
      const bytes = encode(packet, version);
      assert.equal(encodedLength(packet, version), bytes.length);
      assert.deepEqual(comparable(decodeBytes(bytes, version)), comparable(packet));
      assert.deepEqual(comparable(decodeBytes(bytes, version, reader)), comparable(packet));
    }),
    { numRuns: 2000 },
  );
});

test('encodeInto() writes what encode() gives, anywhere in a region', () => {
  fc.assert(
    fc.property(anyPacket(), fc.nat(20), fc.nat(20), (packet, before, behind) => {
      const bytes = encode(packet, 4);
      const target = new Uint8Array(before + bytes.length + behind).fill(0xee);
      const end = encodeInto(packet, 4, target, before);
      assert.equal(end, before + bytes.length);
      assert.equal(toHex(target.subarray(before, end)), toHex(bytes));
      target.fill(0xee, before, end);
      assert.ok(target.every((byte) => byte === 0xee));
    }),
  );
});

test('encodeInto() writes nothing where there is no room', () => {
  const packet = Publish.of({ topic: 'a/b', payload: new Uint8Array(3) });
  const target = new Uint8Array(20).fill(0xee);
  assert.throws(() => encodeInto(packet, 4, target, 11), {
    name: 'RangeError',
    message: 'Packet needs 10 bytes: the target has 9',
  });
  assert.ok(target.every((byte) => byte === 0xee));
  assert.equal(encodeInto(packet, 4, target, 10), 20);
});

test('encode() refuses a packet whose Remaining Length cannot be said', () => {
  // Reserved address space, never touched: the packet is refused before anything is written.
  const payload = new Uint8Array(268_435_455);
  const packet = Publish.of({ topic: 't', payload });
  assert.throws(() => encode(packet, 4), {
    name: 'RangeError',
    message: 'PUBLISH must have a Remaining Length of at most 268435455: it has 268435458',
  });
});

test('decode() of any body throws nothing but ProtocolError', () => {
  const type = fc.integer({ min: 0, max: 15 });
  const flags = fc.integer({ min: 0, max: 15 });
  const body = fc.uint8Array({ maxLength: 60, size: 'max' });
  fc.assert(fc.property(type, flags, body, fc.constantFrom(...versions), decodesOrRefuses), {
    numRuns: 10_000,
  });
});

test('decode() of any damaged packet throws nothing but ProtocolError', () => {
  const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(6) });
  fc.assert(
    fc.property(anyPacket(), damage, fc.constantFrom(...versions), (packet, how, version) => {
      const whole = encode(packet, 4);
      const body = whole.slice(whole.findIndex((byte, at) => at > 0 && byte < 0x80) + 1);
      if (body.length > 0) body[how.at % body.length] = how.byte;
      const cut = body.subarray(0, Math.max(0, body.length - how.cut));
      decodesOrRefuses(PACKET_TYPES[packet.type], whole[0]! & 0x0f, cut, version);
    }),
    { numRuns: 5000 },
  );
});

test('decode() refuses a byte behind a packet, unless it ends in a list or a payload', () => {
  const takesMore = new Set(['publish', 'subscribe', 'suback', 'unsubscribe']);
  fc.assert(
    fc.property(anyPacket(), (packet) => {
      fc.pre(!takesMore.has(packet.type));
      const whole = encode(packet, 4);
      const bodyStart = whole.findIndex((byte, at) => at > 0 && byte < 0x80) + 1;
      const source = new Uint8Array(whole.length + 1);
      source.set(whole);
      const frame = {
        type: PACKET_TYPES[packet.type],
        flags: whole[0]! & 0x0f,
        source,
        packetStart: 0,
        bodyStart,
        bodyEnd: source.length,
      };
      assert.throws(() => decode(frame, 4, new ByteReader()), ProtocolError);
    }),
  );
});

/** What is decoded can be encoded again and is then decoded to the same. */
function decodesOrRefuses(
  type: number,
  flags: number,
  body: Uint8Array,
  version: ProtocolVersion,
): void {
  const frame = {
    type,
    flags,
    source: body,
    packetStart: 0,
    bodyStart: 0,
    bodyEnd: body.length,
  };
  try {
    const packet = decode(frame, version, new ByteReader());
    const again = decodeBytes(encode(packet, version), version);
    assert.deepEqual(comparable(again), comparable(packet));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
