import assert from 'node:assert/strict';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { publishesOf } from '../suite/context.js';

/** The server as receiver (MQTT 3.1.1, 4.3). */
const qos1: ConformanceTest[] = [
  {
    name: 'A QoS 1 packet id is free again after PUBACK, whatever DUP says',
    clauses: ['MQTT-4.3.2-2', 'MQTT-2.3.1-3'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 1);
      for (const [dup, payload] of [
        [false, 'one'],
        [true, 'two'],
        [false, 'three'],
      ] as const) {
        await publisher.publish({ topic, payload, qos: 1, packetId: 9, dup });
        await receiver.receive({ payload, qos: 1 });
      }
    },
  },
  {
    name: 'Many QoS 1 messages at once are each acknowledged with their id, in order',
    clauses: ['MQTT-4.3.2-2', 'MQTT-4.6.0-6'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 1);
      const ids = Array.from({ length: 100 }, (_, n) => 1000 - n);
      publisher.sendTogether(
        ...ids.map((packetId) =>
          publisher.publishPacket({ topic, payload: `${packetId}`, qos: 1, packetId }),
        ),
      );
      for (const packetId of ids) await publisher.expect('puback', { packetId });
      for (const id of ids) await receiver.receive({ payload: `${id}`, qos: 1 });
    },
  },
];

const qos2: ConformanceTest[] = [
  {
    name: 'A QoS 2 message sent twice is delivered once, and each PUBLISH gets a PUBREC',
    clauses: ['MQTT-4.3.3-2', 'MQTT-3.3.4-1'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 2);
      for (const dup of [false, true, true]) {
        publisher.sendPublish({ topic, payload: 'once', qos: 2, packetId: 3, dup });
        await publisher.expect('pubrec', { packetId: 3 });
      }
      publisher.send({ type: 'pubrel', packetId: 3 });
      await publisher.expect('pubcomp', { packetId: 3 });
      await receiver.receive({ payload: 'once', qos: 2, dup: false });
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'A QoS 2 packet id is free again after PUBCOMP, whatever DUP says',
    clauses: ['MQTT-4.3.3-2', 'MQTT-2.3.1-3'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 2);
      for (const [dup, payload] of [
        [false, 'one'],
        [true, 'two'],
        [false, 'three'],
      ] as const) {
        await publisher.publish({ topic, payload, qos: 2, packetId: 9, dup });
        await receiver.receive({ payload, qos: 2 });
      }
    },
  },
  {
    name: 'PUBREL is answered with PUBCOMP, again and for an unknown id too',
    clauses: ['MQTT-4.3.3-2', 'MQTT-2.3.1-6'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, qos: 2, packetId: 8 });
      for (const packetId of [8, 8, 4242]) {
        publisher.send({ type: 'pubrel', packetId });
        await publisher.expect('pubcomp', { packetId });
      }
    },
  },
  {
    name: 'Several QoS 2 flows run beside each other and deliver in the order of PUBLISH',
    clauses: ['MQTT-4.3.3-2', 'MQTT-4.6.0-6'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receiver = await context.subscriber(topic, 2);
      const ids = [11, 12, 13, 14, 15];
      for (const packetId of ids) {
        publisher.sendPublish({ topic, payload: `${packetId}`, qos: 2, packetId });
      }
      for (const packetId of ids) await publisher.expect('pubrec', { packetId });
      for (const packetId of ids) publisher.send({ type: 'pubrel', packetId });
      for (const packetId of ids) await publisher.expect('pubcomp', { packetId });
      for (const id of ids) await receiver.receive({ payload: `${id}`, qos: 2 });
    },
  },
  {
    name: 'The same id at QoS 1 and at QoS 2 in two connections does not meet',
    clauses: ['MQTT-3.1.3-2', 'MQTT-4.3.3-2'],
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic, 2);
      const [one, two] = [await context.connect(), await context.connect()];
      for (const [peer, payload] of [
        [one, 'of one'],
        [two, 'of two'],
      ] as const) {
        peer.sendPublish({ topic, payload, qos: 2, packetId: 1 });
        await peer.expect('pubrec', { packetId: 1 });
      }
      for (const peer of [two, one]) {
        peer.send({ type: 'pubrel', packetId: 1 });
        await peer.expect('pubcomp', { packetId: 1 });
      }
      const got = new Set(
        [await receiver.receive({ qos: 2 }), await receiver.receive({ qos: 2 })].map(
          ({ payload }) => Buffer.from(payload).toString(),
        ),
      );
      assert.deepEqual(got, new Set(['of one', 'of two']));
    },
  },
  {
    name: 'A QoS 2 message repeated after a reconnection is delivered once',
    clauses: ['MQTT-4.3.3-2', 'MQTT-4.1.0-1', 'MQTT-4.4.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const receiver = await context.subscriber(topic, 2);
      const first = await context.connect({ clientId, cleanSession: false });
      first.sendPublish({ topic, payload: 'once', qos: 2, packetId: 21 });
      await first.expect('pubrec', { packetId: 21 });
      first.destroy();
      const second = await context.connect({ clientId, cleanSession: false });
      second.sendPublish({ topic, payload: 'once', qos: 2, packetId: 21, dup: true });
      await second.expect('pubrec', { packetId: 21 });
      second.destroy();
      const third = await context.connect({ clientId, cleanSession: false });
      third.send({ type: 'pubrel', packetId: 21 });
      await third.expect('pubcomp', { packetId: 21 });
      await receiver.receive({ payload: 'once', qos: 2 });
      await context.expectSilence(third, receiver);
    },
  },
  {
    name: 'A QoS 2 message repeated after a take-over is delivered once',
    clauses: ['MQTT-4.3.3-2', 'MQTT-4.1.0-1', 'MQTT-3.1.4-2'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const receiver = await context.subscriber(topic, 2);
      const first = await context.connect({ clientId, cleanSession: false });
      first.sendPublish({ topic, payload: 'once', qos: 2, packetId: 4 });
      await first.expect('pubrec', { packetId: 4 });
      const second = await context.connect({ clientId, cleanSession: false });
      await first.expectClosed();
      await second.publish({ topic, payload: 'once', qos: 2, packetId: 4, dup: true });
      await receiver.receive({ payload: 'once', qos: 2 });
      await context.expectSilence(second, receiver);
    },
  },
  {
    name: 'PUBREL repeated after a reconnection does not deliver again',
    clauses: ['MQTT-4.3.3-2', 'MQTT-4.4.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const receiver = await context.subscriber(topic, 2);
      const first = await context.connect({ clientId, cleanSession: false });
      await first.publish({ topic, payload: 'once', qos: 2, packetId: 5 });
      first.destroy();
      const second = await context.connect({ clientId, cleanSession: false });
      second.send({ type: 'pubrel', packetId: 5 });
      await second.expect('pubcomp', { packetId: 5 });
      await receiver.receive({ payload: 'once', qos: 2 });
      await context.expectSilence(second, receiver);
    },
  },
  {
    name: 'A clean session forgets which QoS 2 ids were received',
    clauses: ['MQTT-3.1.2-6', 'MQTT-4.3.3-2'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const receiver = await context.subscriber(topic, 2);
      const first = await context.connect({ clientId });
      first.sendPublish({ topic, payload: 'old', qos: 2, packetId: 7 });
      await first.expect('pubrec', { packetId: 7 });
      first.destroy();
      const second = await context.connect({ clientId });
      await second.publish({ topic, payload: 'new', qos: 2, packetId: 7, dup: true });
      const got = publishesOf(await context.settle(second, receiver));
      assert.ok(got.some(({ payload }) => Buffer.from(payload).toString() === 'new'));
    },
  },
];

export const qosInChapter: Chapter = {
  name: 'qos-in',
  title: 'QoS 1 and 2 from client to server (4.3)',
  tests: [...qos1, ...qos2],
};
