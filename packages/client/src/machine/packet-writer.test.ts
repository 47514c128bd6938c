import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, decode, Framer, PACKET_BYTES_MAX } from '@magpie/protocol';
import fc from 'fast-check';
import { wordsOf } from '../packet-words.testing.js';
import type { Publication } from '../session/publication.js';
import { PacketWriter } from './packet-writer.js';

const NOBODY = { packet() {} };
const LINK = { congested: false, written: () => {} };

function publication(topic: string, payload: Uint8Array, qos: 0 | 1 | 2): Publication {
  return {
    topic,
    payload,
    qos,
    retain: false,
    sequence: -1,
    ready: true,
    maybeSent: false,
    released: false,
    settled: undefined,
  };
}

function packetsOf(parts: readonly Uint8Array[]): string[] {
  const framer = new Framer(PACKET_BYTES_MAX);
  const words: string[] = [];
  for (const part of parts) {
    framer.feed(part, 0, part.length);
    while (framer.next()) words.push(wordsOf(decode(framer, 4, new ByteReader())));
  }
  return words;
}

test('PacketWriter writes what was asked, in order, whatever the sizes', () => {
  const step = fc.record({
    qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    bytes: fc.oneof(fc.nat(40), fc.nat(9000)),
    taken: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const writer = new PacketWriter(LINK, NOBODY);
      const parts: Uint8Array[] = [];
      const expected: string[] = [];
      for (const [index, { qos, bytes, taken }] of steps.entries()) {
        const payload = new Uint8Array(bytes).fill(0x61);
        writer.publish(publication(`t/${index}/é`, payload, qos), qos === 0 ? 0 : 5, qos === 2);
        const id = qos === 0 ? '' : ' id 5';
        expected.push(
          `publish ${qos} t/${index}/é=${'a'.repeat(bytes)}${id}${qos === 2 ? ' dup' : ''}`,
        );
        writer.acknowledge('pubrel', index + 1);
        expected.push(`pubrel ${index + 1}`);
        if (taken) parts.push(...writer.take());
      }
      parts.push(...writer.take());
      assert.deepEqual(packetsOf(parts), expected);
      assert.equal(
        writer.bytes,
        parts.reduce((sum, part) => sum + part.length, 0),
      );
    }),
  );
});

test('PacketWriter writes into the same bytes again once they have left, and not before', () => {
  const writer = new PacketWriter(LINK, NOBODY);
  const write = (bytes: number) => {
    writer.publish(publication('t', new Uint8Array(bytes), 0), 0, false);
    return writer.take()[0]!;
  };
  write(2000); // the next slab is larger than what an idle client has
  assert.deepEqual([write(100).byteOffset, write(100).byteOffset], [0, 105]);
  writer.clear();
  assert.equal(write(100).byteOffset, 0);
});

test('PacketWriter does not copy a large payload', () => {
  const writer = new PacketWriter(LINK, NOBODY);
  const payload = new Uint8Array(100_000);
  writer.publish(publication('t', payload, 0), 0, false);
  assert.ok(writer.take().includes(payload));
});

test('PacketWriter.clear() forgets what was not taken', () => {
  const writer = new PacketWriter(LINK, NOBODY);
  writer.send({ type: 'pingreq' });
  assert.equal(writer.waiting, true);
  writer.clear();
  assert.equal(writer.waiting, false);
  writer.send({ type: 'disconnect' });
  assert.deepEqual(packetsOf(writer.take()), ['disconnect']);
});

test('PacketWriter tells of the first packet that waits', () => {
  let told = 0;
  const writer = new PacketWriter({ congested: false, written: () => told++ }, NOBODY);
  writer.send({ type: 'pingreq' });
  writer.acknowledge('puback', 1);
  writer.take();
  writer.send({ type: 'pingreq' });
  assert.equal(told, 2);
});
