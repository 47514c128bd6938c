import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../bytes/byte-reader.js';
import { hex, toHex } from '../bytes/hex.testing.js';
import { encode } from '../codec.js';
import { TopicTable } from '../topics/topic-table.js';
import { decodeBytes, isFault, testInvalid, testValid } from './packet-cases.testing.js';
import { Publish, publishHeadLength, writePublishHead } from './publish.js';

testValid('PUBLISH', [
  {
    name: 'QoS 0, empty payload',
    bytes: "30 05 0003 'a/b'",
    packet: Publish.of({ topic: 'a/b', payload: hex('') }),
  },
  {
    name: 'QoS 0, retain',
    bytes: "31 05 0001 't' 'hi'",
    packet: Publish.of({ topic: 't', payload: hex("'hi'"), retain: true }),
  },
  {
    name: 'QoS 1, retain, payload that looks like text and is not',
    bytes: "33 08 0001 't' 000a 00ff80",
    packet: Publish.of({
      topic: 't',
      payload: hex('00ff80'),
      qos: 1,
      retain: true,
      packetId: 10,
    }),
  },
  {
    name: 'QoS 2, DUP, largest identifier',
    bytes: "3c 05 0001 't' ffff",
    packet: Publish.of({ topic: 't', payload: hex(''), qos: 2, dup: true, packetId: 65_535 }),
  },
  {
    name: 'topic of separators, of spaces, beginning with $',
    bytes: "30 0a 0008 '$/ // /x'",
    packet: Publish.of({ topic: '$/ // /x', payload: hex('') }),
  },
  {
    name: 'topic with U+FEFF at its start, which stays (MQTT-1.5.3-3)',
    bytes: "30 07 0005 efbbbf 'ab'",
    packet: Publish.of({ topic: '\uFEFFab', payload: hex('') }),
  },
  {
    name: 'topic with 2, 3 and 4 bytes a character',
    bytes: '30 0b 0009 c3a9 e9b58a f09f90a6',
    packet: Publish.of({ topic: 'é鵊🐦', payload: hex('') }),
  },
]);

testInvalid('PUBLISH', [
  { name: 'QoS 3', bytes: "36 05 0001 't' 0001", clause: 'MQTT-3.3.1-4' },
  { name: 'QoS 3 with DUP and retain', bytes: "3f 05 0001 't' 0001", clause: 'MQTT-3.3.1-4' },
  { name: 'DUP with QoS 0', bytes: "38 03 0001 't'", clause: 'MQTT-3.3.1-2' },
  { name: 'identifier 0', bytes: "32 05 0001 't' 0000", clause: 'MQTT-2.3.1-1' },
  { name: 'QoS 1 without an identifier', bytes: "32 03 0001 't'" },
  { name: 'half an identifier', bytes: "34 04 0001 't' 00" },
  { name: 'nothing', bytes: '30 00' },
  { name: 'half a length', bytes: '30 01 00' },
  { name: 'topic beyond the packet', bytes: "30 03 0009 't'" },
  {
    name: 'empty topic',
    bytes: "30 04 0000 'hi'",
    clause: 'MQTT-4.7.3-1',
    fault: 'TOPIC_NAME_INVALID',
  },
  {
    name: '# in the topic',
    bytes: "30 05 0003 'a/#'",
    clause: 'MQTT-3.3.2-2',
    fault: 'TOPIC_NAME_INVALID',
  },
  {
    name: '+ in the topic',
    bytes: "30 05 0003 'a+b'",
    clause: 'MQTT-3.3.2-2',
    fault: 'TOPIC_NAME_INVALID',
  },
  { name: 'U+0000 in the topic', bytes: "30 05 0003 'a' 00 'b'", clause: 'MQTT-1.5.3-2' },
  { name: 'surrogate in the topic', bytes: '30 05 0003 eda080', clause: 'MQTT-1.5.3-1' },
  { name: 'topic cut in a character', bytes: '30 04 0002 e9b5', clause: 'MQTT-1.5.3-1' },
]);

test('decodePublish() makes no view of the payload and says where it lies', () => {
  const bytes = hex("32 07 0001 't' 000a 'hi'");
  const packet = decodeBytes(bytes);
  assert.ok(packet instanceof Publish);
  assert.equal(packet.source, bytes);
  assert.deepEqual([packet.payloadStart, packet.payloadEnd, packet.payloadLength], [7, 9, 2]);
  assert.equal(packet.payload.buffer, bytes.buffer);
});

test('decodePublish() takes the topic from the table of the reader', () => {
  const table = new TopicTable({ entriesMax: 10, bytesMax: 100 });
  const reader = new ByteReader(table);
  decodeBytes(hex("30 05 0003 'a/b'"), 4, reader);
  const packet = decodeBytes(hex("30 06 0003 'a/b' 00"), 4, reader);
  assert.equal((packet as Publish).topic, 'a/b');
  assert.equal(table.entries, 1);
});

test('decodePublish() refuses a bad topic also where the reader has a table', () => {
  const reader = new ByteReader(new TopicTable({ entriesMax: 10, bytesMax: 100 }));
  const decode = (bytes: string): unknown => decodeBytes(hex(bytes), 4, reader);
  assert.throws(() => decode("30 03 0001 '+'"), isFault('TOPIC_NAME_INVALID', 'MQTT-3.3.2-2'));
  assert.throws(() => decode('30 02 0000'), isFault('TOPIC_NAME_INVALID', 'MQTT-4.7.3-1'));
  assert.throws(() => decode('30 03 0001 00'), isFault('MALFORMED_PACKET', 'MQTT-1.5.3-2'));
  assert.throws(() => decode('30 03 0001 80'), isFault('MALFORMED_PACKET', 'MQTT-1.5.3-1'));
});

const heads = [
  { topic: 't', payloadLength: 0, qos: 0, retain: false, dup: false, packetId: 0 },
  { topic: 'a/b', payloadLength: 64, qos: 1, retain: false, dup: true, packetId: 1 },
  { topic: 'a/b', payloadLength: 121, qos: 2, retain: true, dup: false, packetId: 65_535 },
  { topic: 'é/🐦', payloadLength: 200, qos: 1, retain: true, dup: true, packetId: 258 },
  {
    topic: 'x'.repeat(65_535),
    payloadLength: 3_000_000,
    qos: 2,
    retain: false,
    dup: false,
    packetId: 9,
  },
] as const;
for (const { topic, payloadLength, qos, retain, dup, packetId } of heads) {
  const what = `topic of ${topic.length}, payload of ${payloadLength}, QoS ${qos}`;
  test(`writePublishHead() writes what encode() writes before the payload: ${what}`, () => {
    const payload = new Uint8Array(payloadLength);
    const whole = encode(Publish.of({ topic, payload, qos, retain, dup, packetId }), 4);
    const topicBytes = new TextEncoder().encode(topic).length;
    const length = publishHeadLength(topicBytes, payloadLength, qos);
    assert.equal(length, whole.length - payloadLength);

    const target = new Uint8Array(length + 2).fill(0xee);
    const end = writePublishHead(
      target,
      1,
      topic,
      topicBytes,
      payloadLength,
      qos,
      retain,
      dup,
      packetId,
    );
    assert.equal(end, length + 1);
    assert.ok(Buffer.from(whole.subarray(0, length)).equals(target.subarray(1, end)));
    assert.deepEqual([target[0], target[end]], [0xee, 0xee]);
  });
}

test('encode() writes a Remaining Length of each size in its shortest form', () => {
  for (const [remaining, header] of [
    [127, '30 7f'],
    [128, '30 80 01'],
    [16_383, '30 ff 7f'],
    [16_384, '30 80 80 01'],
    [2_097_151, '30 ff ff 7f'],
    [2_097_152, '30 80 80 80 01'],
  ] as const) {
    const bytes = encode(Publish.of({ topic: 't', payload: new Uint8Array(remaining - 3) }), 4);
    assert.equal(toHex(bytes.subarray(0, bytes.length - remaining)), header);
  }
});

test('encode() refuses a PUBLISH whose topic is too long', () => {
  const packet = Publish.of({ topic: 'a'.repeat(65_536), payload: hex('') });
  assert.throws(() => encode(packet, 4), RangeError);
});

test('encode() asserts that a PUBLISH of QoS 1 has an identifier', () => {
  for (const packetId of [0, 65_536]) {
    const packet = Publish.of({ topic: 't', payload: hex(''), qos: 1, packetId });
    assert.throws(() => encode(packet, 4), { name: 'AssertionError' });
  }
});
