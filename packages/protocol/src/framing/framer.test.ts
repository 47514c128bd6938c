import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../bytes/byte-reader.js';
import { hex, toHex } from '../bytes/hex.testing.js';
import { decode, encode } from '../codec.js';
import { PACKET_BYTES_MAX } from '../limits.js';
import { anyPacket } from '../packets/any-packet.testing.js';
import { comparable, isFault } from '../packets/packet-cases.testing.js';
import { Publish } from '../packets/publish.js';
import { Framer } from './framer.js';

/** Packets with a header of every size, none of them alike. */
const PACKETS: readonly Uint8Array[] = [
  hex('c0 00'),
  hex("30 07 0003 'a/b' 0102"),
  hex('40 02 0001'),
  encode(Publish.of({ topic: 't', payload: new Uint8Array(130).fill(7), qos: 1, packetId: 9 }), 4),
  hex('c0 80 80 00  # 0, in three bytes'),
  hex('40 82 80 80 00 0002  # 2, in four bytes'),
  hex('d0 00'),
];

/** What the framer frames of bytes fed as these chunks, each chunk overwritten once it is used. */
function framed(chunks: readonly Uint8Array[], framer = new Framer(PACKET_BYTES_MAX)): string[] {
  const packets: string[] = [];
  for (const chunk of chunks) {
    const arena = new Uint8Array(chunk.length + 5).fill(0xee);
    arena.set(chunk, 3);
    framer.feed(arena, 3, 3 + chunk.length);
    while (framer.next()) packets.push(currentPacket(framer));
    arena.fill(0xdd);
  }
  return packets;
}

/** The current packet, with its header checked against the fields. */
function currentPacket(framer: Framer): string {
  const { type, flags, source, packetStart, bodyStart, bodyEnd } = framer;
  assert.equal(source[packetStart], (type << 4) | flags);
  assert.ok(bodyStart >= packetStart + 2 && bodyStart <= packetStart + 5 && bodyStart <= bodyEnd);
  return toHex(source.subarray(packetStart, bodyEnd));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/** `bytes` cut at these places, in any order. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}

const STREAM = concat(PACKETS);
const EXPECTED = PACKETS.map(toHex);

test('Framer frames many packets of one chunk in place', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  framer.feed(STREAM, 0, STREAM.length);
  for (const expected of EXPECTED) {
    assert.ok(framer.next());
    assert.equal(framer.source, STREAM);
    assert.equal(framer.owned, false);
    assert.equal(currentPacket(framer), expected);
  }
  assert.equal(framer.next(), false);
  assert.equal(framer.bufferedBytes, 0);
});

test('Framer says type, flags and where header and body lie', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  framer.feed(hex("ee 3d 83 00 0001 't' ee"), 1, 7);
  assert.ok(framer.next());
  const { type, flags, packetStart, bodyStart, bodyEnd } = framer;
  assert.deepEqual(
    { type, flags, packetStart, bodyStart, bodyEnd },
    { type: 3, flags: 0b1101, packetStart: 1, bodyStart: 4, bodyEnd: 7 },
  );
});

test('Framer gives the same packets for a cut at every byte', () => {
  for (let place = 0; place <= STREAM.length; place++) {
    assert.deepEqual(framed(cutAt(STREAM, [place])), EXPECTED, `cut at ${place}`);
  }
});

test('Framer gives the same packets for cuts at every two bytes of the short packets', () => {
  const short = concat(PACKETS.filter((packet) => packet.length < 20));
  const expected = framed([short]);
  for (let first = 0; first <= short.length; first++) {
    for (let second = first; second <= short.length; second++) {
      assert.deepEqual(framed(cutAt(short, [first, second])), expected, `${first}, ${second}`);
    }
  }
});

test('Framer gives the same packets byte by byte', () => {
  assert.deepEqual(framed(Array.from(STREAM, (byte) => Uint8Array.of(byte))), EXPECTED);
});

test('Framer gives the same packets for every split of every stream, held or not', () => {
  const step = fc.record({ place: fc.nat(), hold: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyPacket(), { maxLength: 8 }), fc.array(step), (packets, steps) => {
      const bytes = concat(packets.map((packet) => encode(packet, 4)));
      const chunks = cutAt(
        bytes,
        steps.map(({ place }) => place % (bytes.length + 1)),
      );
      const framer = new Framer(PACKET_BYTES_MAX);
      const decoded: unknown[] = [];
      for (const [index, chunk] of chunks.entries()) {
        const arena = new Uint8Array(chunk);
        framer.feed(arena, 0, arena.length);
        // Held after the first packet: the rest must outlive the chunk.
        while (framer.next()) {
          decoded.push(comparable(decode(framer, 4, new ByteReader())));
          if (steps[index]?.hold === true) {
            framer.hold();
            arena.fill(0xff);
          }
        }
        arena.fill(0xff);
      }
      assert.equal(framer.bufferedBytes, 0);
      assert.deepEqual(decoded, packets.map(comparable));
    }),
    { numRuns: 500 },
  );
});

test('Framer of any bytes throws nothing but ProtocolError, the same for every split', () => {
  const input = fc.uint8Array({ maxLength: 40, size: 'max' });
  const outcome = (chunks: readonly Uint8Array[]): string[] => {
    const framer = new Framer(64);
    const packets: string[] = [];
    try {
      for (const chunk of chunks) {
        framer.feed(chunk, 0, chunk.length);
        while (framer.next()) packets.push(currentPacket(framer));
      }
    } catch (error) {
      packets.push((error as { fault: string }).fault);
    }
    return packets;
  };
  fc.assert(
    fc.property(input, fc.array(fc.nat(40)), (bytes, places) => {
      const cuts = places.map((place) => place % (bytes.length + 1));
      assert.deepEqual(outcome(cutAt(bytes, cuts)), outcome([bytes]));
    }),
    { numRuns: 2000 },
  );
});

test('Framer refuses a fifth byte of Remaining Length before it comes', () => {
  for (const chunks of [[hex('30 ffffff80')], Array.from(hex('30 ffffff80'), (b) => [b])]) {
    const framer = new Framer(PACKET_BYTES_MAX);
    const feed = (): void => {
      for (const chunk of chunks) {
        framer.feed(Uint8Array.from(chunk), 0, chunk.length);
        assert.equal(framer.next(), false);
      }
    };
    assert.throws(feed, isFault('MALFORMED_PACKET'));
    assert.throws(() => framer.next(), isFault('MALFORMED_PACKET'));
  }
});

test('Framer takes the largest Remaining Length that can be said', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  framer.feed(hex('30 ffffff7f'), 0, 5);
  assert.equal(framer.next(), false);
  assert.equal(framer.bufferedBytes, 5);
});

test('Framer refuses by the declared size as soon as the header is there', () => {
  for (const header of ['30 ff 01', '30 80 80 01', '30 ff ff ff 7f']) {
    const bytes = hex(header);
    const whole = new Framer(256);
    whole.feed(bytes, 0, bytes.length);
    assert.throws(() => whole.next(), isFault('PACKET_TOO_LARGE'));
    assert.equal(whole.bufferedBytes, 0);

    const bytewise = new Framer(256);
    for (let at = 0; at < bytes.length; at++) {
      bytewise.feed(bytes, at, at + 1);
      if (at === bytes.length - 1)
        assert.throws(() => bytewise.next(), isFault('PACKET_TOO_LARGE'));
      else assert.equal(bytewise.next(), false);
    }
    assert.ok(bytewise.bufferedBytes <= 5);
  }
});

test('Framer counts the fixed header into packetBytesMax', () => {
  const packet = encode(Publish.of({ topic: 't', payload: new Uint8Array(250) }), 4);
  assert.equal(packet.length, 256);
  assert.deepEqual(framed([packet], new Framer(256)), [toHex(packet)]);
  assert.throws(() => framed([packet], new Framer(255)), isFault('PACKET_TOO_LARGE'));
});

test('Framer frames the packets before the one that it refuses', () => {
  const framer = new Framer(100);
  const bytes = hex('c0 00 30 ff 7f');
  framer.feed(bytes, 0, bytes.length);
  assert.ok(framer.next());
  assert.throws(() => framer.next(), isFault('PACKET_TOO_LARGE'));
});

test('Framer gives a packet that was cut a buffer of its own, exactly filled', () => {
  const packet = encode(Publish.of({ topic: 't', payload: new Uint8Array(100_000).fill(5) }), 4);
  const framer = new Framer(PACKET_BYTES_MAX);
  let sources = 0;
  for (let round = 0; round < 2; round++) {
    for (const chunk of cutAt(packet, [1, 3, 5000, 60_000])) {
      framer.feed(chunk, 0, chunk.length);
      if (!framer.next()) continue;
      sources++;
      assert.equal(framer.owned, true);
      assert.deepEqual([framer.packetStart, framer.bodyEnd], [0, packet.length]);
      assert.equal(framer.source.length, packet.length);
      assert.ok(Buffer.from(framer.source).equals(packet));
    }
  }
  assert.equal(sources, 2);
});

test('Framer does not touch the buffer of a cut packet when the next one comes', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  const chunks = cutAt(
    concat([hex("30 07 0003 'a/b' 0102"), hex("30 07 0003 'a/b' 0304")]),
    [4, 13],
  );
  const kept: Uint8Array[] = [];
  for (const chunk of chunks) {
    framer.feed(chunk, 0, chunk.length);
    while (framer.next()) kept.push(framer.source.subarray(framer.packetStart, framer.bodyEnd));
  }
  assert.deepEqual(kept.map(toHex), ['30 07 00 03 61 2f 62 01 02', '30 07 00 03 61 2f 62 03 04']);
});

test('Framer grows with what has arrived, not with what is declared', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  const before = process.memoryUsage().arrayBuffers;
  const framers = Array.from({ length: 50 }, () => new Framer(PACKET_BYTES_MAX));
  for (const each of [framer, ...framers]) {
    each.feed(hex('30 ffffff7f 00'), 0, 6);
    assert.equal(each.next(), false);
  }
  // Declared are 12 GiB.
  assert.ok(process.memoryUsage().arrayBuffers - before < 50 * 16_384);
});

test('Framer.hold() copies what is not framed, and the frame stays where it is', () => {
  const bytes = new Uint8Array(STREAM);
  const framer = new Framer(PACKET_BYTES_MAX);
  framer.feed(bytes, 0, bytes.length);
  assert.ok(framer.next());
  framer.hold();
  assert.equal(framer.source, bytes);
  assert.equal(framer.bufferedBytes, STREAM.length - 2);
  framer.hold();
  bytes.fill(0xff);

  const rest: string[] = [];
  while (framer.next()) {
    assert.equal(framer.owned, false);
    rest.push(currentPacket(framer));
  }
  assert.deepEqual(rest, EXPECTED.slice(1));
  assert.equal(framer.bufferedBytes, 0);
});

test('Framer holds no bytes when all are used up', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  for (const chunk of cutAt(STREAM, [4])) {
    framer.feed(chunk, 0, chunk.length);
    while (framer.next());
    assert.equal(framer.source.length, 0);
  }
  assert.equal(framer.bufferedBytes, 0);
});

test('Framer.hold() with nothing left keeps nothing', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  framer.hold();
  framer.feed(hex('c000'), 0, 2);
  assert.ok(framer.next());
  framer.hold();
  assert.equal(framer.bufferedBytes, 0);
  assert.equal(framer.next(), false);
});

test('Framer.feed() before the chunk is used up keeps the order', () => {
  const framer = new Framer(PACKET_BYTES_MAX);
  const packets: string[] = [];
  for (const chunk of cutAt(STREAM, [1, 5, 12, 20, 140])) {
    const own = new Uint8Array(chunk);
    framer.feed(own, 0, own.length);
    framer.hold();
    own.fill(0xff);
    if (framer.next()) packets.push(currentPacket(framer));
  }
  while (framer.next()) packets.push(currentPacket(framer));
  assert.deepEqual(packets, EXPECTED);
});
