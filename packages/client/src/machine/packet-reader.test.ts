import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, Publish } from '@magpie/protocol';
import fc from 'fast-check';
import { PacketReader } from './packet-reader.js';

const message = (length: number) =>
  Publish.of({ topic: 't', payload: new Uint8Array(length).fill(length) });
const payload = new Uint8Array(2);
const SIZES = [0, 100, 124, 125, 200, 16_380, 16_381, 3];
const STREAM = Uint8Array.from(SIZES.flatMap((size) => [...encode(message(size), 4)]));

/** The payloads that come out, each chunk overwritten once it is used. */
function payloadsOf(chunks: readonly Uint8Array[], reader: PacketReader): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (const chunk of chunks) {
    const arena = new Uint8Array(chunk.length + 5).fill(0xee);
    arena.set(chunk, 3);
    reader.feed(arena, 3, 3 + chunk.length);
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
      payloads.push(packet.type === 'publish' ? packet.payload : new Uint8Array());
    }
    arena.fill(0xdd);
  }
  return payloads;
}

test('PacketReader gives the same packets, however the bytes are split', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 12 });
  const expected = SIZES.map((size) => new Uint8Array(size).fill(size));
  fc.assert(
    fc.property(cuts, (some) => {
      const places = [0, ...some.toSorted((one, other) => one - other), STREAM.length];
      const chunks = places.slice(1).map((to, index) => STREAM.subarray(places[index], to));
      const reader = new PacketReader(20_000);
      assert.deepEqual(payloadsOf(chunks, reader), expected);
      assert.ok(reader.empty);
    }),
  );
});

test('PacketReader gives the same packets byte by byte', () => {
  const bytes = STREAM.subarray(0, 400);
  const reader = new PacketReader(20_000);
  const chunks = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
  assert.deepEqual(
    payloadsOf(chunks, reader).map(({ length }) => length),
    [0, 100, 124, 125],
  );
  assert.ok(!reader.empty);
});

test('PacketReader reads each topic from its own bytes, also when a buffer is used again', () => {
  const topics = ['a', 'b', 'c', 'd', 'e', 'f'];
  const bytes = topics.flatMap((topic) => [...encode(Publish.of({ topic, payload }), 4)]);
  const buffer = new Uint8Array(9); // a packet of 7 bytes and a part of the next
  const reader = new PacketReader(1000);
  const got: string[] = [];
  for (let at = 0; at < bytes.length; at += buffer.length) {
    const chunk = bytes.slice(at, at + buffer.length);
    buffer.set(chunk);
    reader.feed(buffer, 0, chunk.length);
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
      got.push('topic' in packet ? packet.topic : packet.type);
    }
  }
  assert.deepEqual(got, topics);
});

test('PacketReader copies a large packet in many chunks a few times, not once a chunk', (t) => {
  const bytes = encode(message(4_000_000), 4);
  const reader = new PacketReader(5_000_000);
  const { mock } = t.mock.method(Uint8Array.prototype, 'set');
  for (let at = 0; at < bytes.length; at += 1000) {
    reader.feed(bytes, at, Math.min(bytes.length, at + 1000));
    assert.equal(reader.next() !== undefined, at + 1000 >= bytes.length);
  }
  let copied = 0;
  for (const { arguments: args } of mock.calls) copied += args[0].length;
  assert.ok(copied >= bytes.length && copied < 4 * bytes.length, `${copied} bytes`);
});

test('PacketReader refuses a large packet before it is there', () => {
  const bytes = encode(message(1000), 4);
  const reader = new PacketReader(1000);
  reader.feed(bytes, 0, 3);
  assert.throws(() => reader.next(), { fault: 'PACKET_TOO_LARGE' });
});

test('PacketReader takes a packet that has exactly the size', () => {
  const bytes = encode(message(100), 4);
  const reader = new PacketReader(bytes.length);
  reader.feed(bytes, 0, bytes.length);
  assert.equal(reader.next()?.type, 'publish');
});

test('PacketReader refuses a length of five bytes', () => {
  const reader = new PacketReader(1000);
  reader.feed(new Uint8Array([0x30, 0x80, 0x80, 0x80, 0x80, 1]), 0, 6);
  assert.throws(() => reader.next(), { fault: 'MALFORMED_PACKET' });
});
