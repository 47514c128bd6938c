import assert from 'node:assert/strict';
import type { QoS } from '@magpie/protocol';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { field, framed, hex } from '../wire/bytes.js';
import type { MalformedCase } from './malformed.testing.js';
import { malformed } from './malformed.testing.js';
import { BAD_TEXTS } from './utf8-vectors.testing.js';

const QOS: readonly QoS[] = [0, 1, 2];

const MALFORMED: readonly MalformedCase[] = [
  {
    name: 'PUBLISH with QoS 3 closes the connection',
    clauses: ['MQTT-3.3.1-4', 'MQTT-4.8.0-1'],
    bytes: (context) =>
      [0x36, 0x37, 0x3e, 0x3f].map((first) =>
        framed(first, field(context.topic('q')), hex('0001 "x"')),
      ),
  },
  {
    name: 'PUBLISH of QoS 0 with DUP closes the connection',
    clauses: ['MQTT-3.3.1-2', 'MQTT-4.8.0-1'],
    bytes: (context) => [
      framed(0x38, field(context.topic('d')), hex('"x"')),
      framed(0x39, field(context.topic('d')), hex('')),
    ],
  },
  {
    name: 'PUBLISH with a wildcard in its topic name closes the connection',
    clauses: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1', 'MQTT-4.8.0-1'],
    bytes: (context) =>
      ['#', '+', 'a/#', '+/a', 'a/+/b', 'a+', '#a', 'a/b+c'].map((name) =>
        framed(0x30, field(context.topic(name)), hex('"x"')),
      ),
  },
  {
    name: 'PUBLISH with an empty topic name closes the connection',
    clauses: ['MQTT-4.7.3-1', 'MQTT-4.8.0-1'],
    bytes: () => ['30 03 0000 "x"', '32 05 0000 0001 "x"', '34 05 0000 0001 "x"'],
  },
  {
    name: 'PUBLISH with an ill-formed topic name closes the connection',
    clauses: ['MQTT-3.3.2-1', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-4.7.3-2', 'MQTT-4.8.0-1'],
    bytes: () => BAD_TEXTS.map((text) => framed(0x30, field(hex(text)), hex('"x"'))),
  },
  {
    name: 'PUBLISH that ends within its topic name or packet id closes the connection',
    clauses: ['MQTT-3.3.2-1', 'MQTT-4.8.0-1'],
    bytes: () => [
      '30 00             # no topic',
      '30 01 00          # half a length',
      '30 03 0002 "a"    # half a topic',
      '32 03 0001 "a"    # QoS 1 without an id',
      '34 04 0001 "a" 00 # QoS 2 with half an id',
    ],
  },
];

const acknowledgements: ConformanceTest[] = [
  {
    name: 'PUBLISH is answered as its QoS demands: nothing, PUBACK, PUBREC',
    clauses: ['MQTT-3.3.4-1', 'MQTT-2.3.1-6'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.connect();
      peer.sendPublish({ topic, qos: 0 });
      await peer.expectNothing();
      peer.sendPublish({ topic, qos: 1, packetId: 5 });
      await peer.expect('puback', { packetId: 5 });
      await peer.expectNothing();
      peer.sendPublish({ topic, qos: 2, packetId: 6 });
      await peer.expect('pubrec', { packetId: 6 });
      await peer.expectNothing();
      peer.send({ type: 'pubrel', packetId: 6 });
      await peer.expect('pubcomp', { packetId: 6 });
      await peer.expectNothing();
    },
  },
  {
    name: 'Any packet id from 1 to 65535 is taken, in any order',
    clauses: ['MQTT-2.3.1-6', 'MQTT-4.3.2-2', 'MQTT-4.3.3-2'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.connect();
      for (const packetId of [65_535, 1, 32_768, 256, 255, 2]) {
        await peer.publish({ topic, qos: 1, packetId });
        await peer.publish({ topic, qos: 2, packetId });
      }
    },
  },
  {
    name: 'A message that may not be published is acknowledged or costs the connection',
    clauses: ['MQTT-3.3.5-2'],
    async run(context) {
      for (const qos of [1, 2] as const) {
        const peer = await context.connect();
        const packetId = peer.sendPublish({ topic: '$SYS/broker/version', payload: 'x', qos });
        const answer = await peer.next();
        if (answer === undefined) continue;
        assert.equal(answer.type, qos === 1 ? 'puback' : 'pubrec');
        assert.equal('packetId' in answer && answer.packetId, packetId);
      }
    },
  },
];

const deliveries: ConformanceTest[] = [
  {
    name: 'A delivery has the topic and payload that were published',
    clauses: ['MQTT-3.3.2-1', 'MQTT-3.3.2-3'],
    async run(context) {
      const name = context.topic('as is');
      const publisher = await context.connect();
      const receiver = await context.subscriber(context.topic('+'), 0);
      const dumps = ['"text"', '', '00', '00 01 02 fe ff', 'c0 80 ed a0 80', '30 00 c0 00'];
      for (const payload of dumps.map(hex)) {
        publisher.sendPublish({ topic: name, payload });
        await receiver.expect('publish', { topic: name, payload, retain: false, dup: false });
      }
    },
  },
  {
    name: 'A message is delivered at the lower of its QoS and the granted one',
    clauses: ['MQTT-3.8.4-6', 'MQTT-3.3.1-5'],
    async run(context) {
      const publisher = await context.connect();
      for (const granted of QOS) {
        const topic = context.topic(`granted${granted}`);
        const receiver = await context.subscriber(topic, granted);
        for (const qos of QOS) {
          await publisher.publish({ topic, payload: `${qos}`, qos });
          await receiver.receive({ payload: `${qos}`, qos: lower(qos, granted) });
        }
      }
    },
  },
  {
    name: 'Every client with a matching subscription gets the message, the publisher too',
    clauses: ['MQTT-4.5.0-1'],
    async run(context) {
      const topic = context.topic('many');
      const receivers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => context.subscriber(topic, (n % 3) as QoS)),
      );
      const [publisher] = receivers;
      assert.ok(publisher);
      publisher.sendPublish({ topic, payload: 'to all', qos: 2, packetId: 77 });
      await publisher.pick('pubrec', { packetId: 77 });
      publisher.send({ type: 'pubrel', packetId: 77 });
      await publisher.pick('pubcomp', { packetId: 77 });
      for (const [n, receiver] of receivers.entries()) {
        await receiver.receive({ topic, payload: 'to all', qos: (n % 3) as QoS });
      }
    },
  },
  {
    name: 'A client without a matching subscription gets nothing',
    clauses: ['MQTT-3.3.2-3', 'MQTT-4.5.0-1'],
    async run(context) {
      const publisher = await context.connect();
      const receiver = await context.subscriber(context.topic('other'), 1);
      for (const qos of QOS) await publisher.publish({ topic: context.topic('one'), qos });
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'DUP of a publisher is not passed on',
    clauses: ['MQTT-3.3.1-3'],
    async run(context) {
      const topic = context.topic('dup');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 2);
      for (const qos of [1, 2] as const) {
        await publisher.publish({ topic, payload: 'again', qos, dup: true });
        await receiver.receive({ payload: 'again', qos, dup: false });
      }
    },
  },
];

const sizes: ConformanceTest[] = [
  {
    name: 'Payloads on both sides of each step of the remaining length arrive unchanged',
    clauses: [],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 1);
      const head = Buffer.byteLength(topic) + 4;
      for (const edge of [127, 128, 16_383, 16_384]) {
        const payload = pattern(edge - head);
        await publisher.publish({ topic, payload, qos: 1 });
        await receiver.receive({ topic, payload, qos: 1 });
      }
    },
  },
  {
    name: 'A payload of 2.5 MiB arrives unchanged at every QoS',
    clauses: ['MQTT-7.1.1-1'],
    async run(context) {
      const topic = context.topic('big');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 2);
      const payload = pattern(2_621_440);
      for (const qos of QOS) {
        await publisher.publish({ topic, payload, qos });
        await receiver.receive({ topic, payload, qos });
      }
    },
  },
  {
    name: 'Many packets in one segment are all processed, in order',
    clauses: ['MQTT-7.1.1-1', 'MQTT-4.6.0-6'],
    async run(context) {
      const topic = context.topic('many');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 0);
      const numbers = Array.from({ length: 500 }, (_, n) => `${n}`);
      publisher.sendTogether(
        ...numbers.map((payload) => publisher.publishPacket({ topic, payload })),
        { type: 'pingreq' },
      );
      await publisher.expect('pingresp');
      for (const payload of numbers) await receiver.expect('publish', { payload, qos: 0 });
    },
  },
  {
    name: 'Packets in pieces of one byte, and of all sizes up to 20, are understood',
    clauses: ['MQTT-7.1.1-1'],
    async run(context) {
      const topic = context.topic('cut');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 0);
      const packet = framed(0x30, field(topic), pattern(200));
      const stream = Buffer.concat([packet, packet, hex('c0 00')]);
      for (let size = 1; size <= 20; size += 1) {
        await publisher.sendInPieces(stream, size);
        for (let n = 0; n < 2; n++) {
          await receiver.expect('publish', { topic, payload: pattern(200) });
        }
        await publisher.expect('pingresp');
      }
    },
  },
];

export const publishChapter: Chapter = {
  name: 'publish',
  title: 'PUBLISH (3.3)',
  tests: [...MALFORMED.map(malformed), ...acknowledgements, ...deliveries, ...sizes],
};

function lower(a: QoS, b: QoS): QoS {
  return a < b ? a : b;
}

/** Bytes that show a shift, a cut and a doubled piece. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8)) & 0xff);
}
