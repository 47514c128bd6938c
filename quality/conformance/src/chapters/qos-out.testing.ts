import assert from 'node:assert/strict';
import type { QoS } from '@magpie/protocol';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import type { Context } from '../suite/context.js';
import type { Peer } from '../wire/peer.js';
import type { ReceivedPublish } from '../wire/received.js';

const flows: ConformanceTest[] = [
  {
    name: 'A QoS 1 delivery is made once while it waits for its PUBACK',
    clauses: ['MQTT-4.3.2-1'],
    async run(context) {
      const { publisher, receiver, topic } = await pair(context, 1);
      await publisher.publish({ topic, payload: 'x', qos: 1 });
      const message = await receiver.expect('publish', { payload: 'x', qos: 1, dup: false });
      await context.expectSilence(publisher, receiver);
      await receiver.acknowledge(message);
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'A QoS 2 delivery goes PUBLISH, PUBREC, PUBREL, PUBCOMP with one id',
    clauses: ['MQTT-4.3.3-1', 'MQTT-2.3.1-6'],
    async run(context) {
      const { publisher, receiver, topic } = await pair(context, 2);
      await publisher.publish({ topic, payload: 'x', qos: 2 });
      const { packetId } = await receiver.expect('publish', { qos: 2, dup: false });
      await receiver.expectNothing();
      receiver.send({ type: 'pubrec', packetId });
      await receiver.expect('pubrel', { packetId });
      await receiver.expectNothing();
      receiver.send({ type: 'pubcomp', packetId });
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'PUBREC sent twice is answered with PUBREL twice',
    clauses: ['MQTT-4.3.3-1'],
    level: 'should',
    async run(context) {
      const { publisher, receiver, topic } = await pair(context, 2);
      await publisher.publish({ topic, qos: 2 });
      const { packetId } = await receiver.expect('publish', { qos: 2 });
      for (let n = 0; n < 2; n++) {
        receiver.send({ type: 'pubrec', packetId });
        await receiver.expect('pubrel', { packetId });
      }
      receiver.send({ type: 'pubcomp', packetId });
      await receiver.expectNothing();
    },
  },
  {
    name: 'Deliveries that wait for an acknowledgement have ids of their own, none 0',
    clauses: ['MQTT-2.3.1-1', 'MQTT-2.3.1-4', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    async run(context) {
      const { publisher, receiver, topic } = await pair(context, 2);
      for (let n = 0; n < 10; n++) {
        await publisher.publish({ topic, qos: n % 2 === 0 ? 1 : 2 });
      }
      const ids = new Set<number>();
      for (let n = 0; n < 10; n++) ids.add((await receiver.expect('publish')).packetId);
      assert.equal(ids.size, 10);
      assert.ok(!ids.has(0));
    },
  },
  {
    name: 'More messages than any window holds arrive as they are acknowledged',
    clauses: ['MQTT-2.3.1-4', 'MQTT-4.6.0-6'],
    async run(context) {
      for (const qos of [1, 2] as const) {
        const { publisher, receiver, topic } = await pair(context, qos);
        const payloads = Array.from({ length: 300 }, (_, n) => `${n}`);
        for (const payload of payloads) await publisher.publish({ topic, payload, qos });
        for (const payload of payloads) await receiver.receive({ payload, qos, dup: false });
        await context.expectSilence(publisher, receiver);
        await publisher.disconnect();
        await receiver.disconnect();
      }
    },
  },
  {
    name: 'PUBACK in another order than the deliveries is taken',
    clauses: [],
    level: 'should',
    async run(context) {
      const { publisher, receiver, topic } = await pair(context, 1);
      for (let n = 0; n < 3; n++) await publisher.publish({ topic, payload: `${n}`, qos: 1 });
      const messages = [];
      for (let n = 0; n < 3; n++) messages.push(await receiver.expect('publish'));
      for (const message of messages.reverse()) await receiver.acknowledge(message);
      await publisher.publish({ topic, payload: 'next', qos: 1 });
      await receiver.receive({ payload: 'next', qos: 1 });
    },
  },
  {
    name: 'PUBREL packets come in the order of the PUBREC packets',
    clauses: ['MQTT-4.6.0-4'],
    async run(context) {
      const { publisher, receiver, topic } = await pair(context, 2);
      for (let n = 0; n < 3; n++) await publisher.publish({ topic, qos: 2 });
      const ids: number[] = [];
      for (let n = 0; n < 3; n++) ids.push((await receiver.expect('publish')).packetId);
      const order = [ids[1], ids[0], ids[2]].map(Number);
      receiver.sendTogether(...order.map((packetId) => ({ type: 'pubrec' as const, packetId })));
      for (const packetId of order) await receiver.expect('pubrel', { packetId });
      for (const packetId of order) receiver.send({ type: 'pubcomp', packetId });
      await receiver.expectNothing();
    },
  },
  {
    name: 'Acknowledgements nobody waits for do no harm',
    clauses: [],
    level: 'should',
    async run(context) {
      const peer = await context.connect();
      peer.send({ type: 'puback', packetId: 999 });
      peer.send({ type: 'pubcomp', packetId: 999 });
      await peer.expectNothing();
    },
  },
];

const redelivery: ConformanceTest[] = [
  {
    name: 'An unacknowledged QoS 1 delivery is repeated on reconnection, with DUP and its id',
    clauses: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-2.3.1-4', 'MQTT-4.3.2-1'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 1);
      await publisher.publish({ topic, payload: 'x', qos: 1 });
      const { packetId } = await receiver.expect('publish', { payload: 'x', dup: false });
      receiver.destroy();
      for (let n = 0; n < 2; n++) {
        const again = await context.connect({ clientId, cleanSession: false });
        await again.expect('publish', { topic, payload: 'x', qos: 1, dup: true, packetId });
        again.destroy();
      }
      const last = await context.connect({ clientId, cleanSession: false });
      await last.receive({ payload: 'x', dup: true, packetId });
      await last.disconnect();
      const after = await context.connectNoting({ clientId, cleanSession: false });
      await context.expectSilence(publisher, after.peer);
    },
  },
  {
    name: 'An unacknowledged QoS 2 delivery is repeated on reconnection, with DUP and its id',
    clauses: ['MQTT-4.4.0-1', 'MQTT-3.3.1-1', 'MQTT-2.3.1-4', 'MQTT-4.3.3-1'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 2);
      await publisher.publish({ topic, payload: 'x', qos: 2 });
      const { packetId } = await receiver.expect('publish', { payload: 'x', dup: false });
      receiver.destroy();
      const again = await context.connect({ clientId, cleanSession: false });
      await again.receive({ topic, payload: 'x', qos: 2, dup: true, packetId });
      await context.expectSilence(publisher, again);
    },
  },
  {
    name: 'After PUBREC a reconnection repeats PUBREL and never PUBLISH',
    clauses: ['MQTT-4.4.0-1', 'MQTT-4.3.3-1', 'MQTT-2.3.1-6'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 2);
      await publisher.publish({ topic, qos: 2 });
      const { packetId } = await receiver.expect('publish');
      receiver.send({ type: 'pubrec', packetId });
      await receiver.expect('pubrel', { packetId });
      receiver.destroy();
      for (let n = 0; n < 2; n++) {
        const again = await context.connect({ clientId, cleanSession: false });
        await again.expect('pubrel', { packetId });
        await again.expectNothing();
        again.destroy();
      }
      const last = await context.connect({ clientId, cleanSession: false });
      await last.expect('pubrel', { packetId });
      last.send({ type: 'pubcomp', packetId });
      await last.disconnect();
      const after = await context.connect({ clientId, cleanSession: false });
      await context.expectSilence(publisher, after);
    },
  },
  {
    name: 'A reconnection repeats what is unacknowledged in the order it was first sent',
    clauses: ['MQTT-4.6.0-1', 'MQTT-4.4.0-1'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 2);
      const sent: ReceivedPublish[] = [];
      for (let n = 0; n < 8; n++) {
        await publisher.publish({ topic, payload: `${n}`, qos: n % 3 === 0 ? 2 : 1 });
        sent.push(await receiver.expect('publish', { payload: `${n}` }));
      }
      for (const n of [2, 5]) await receiver.acknowledge(sent[n] ?? assert.fail());
      await receiver.expectNothing();
      receiver.destroy();
      const again = await context.connect({ clientId, cleanSession: false });
      for (const { packetId, payload, qos } of sent.filter((_, n) => n !== 2 && n !== 5)) {
        await again.expect('publish', { packetId, payload, qos, dup: true });
      }
      await context.expectSilence(publisher, again);
    },
  },
  {
    name: 'A reconnection sends first what was sent before, then what came meanwhile',
    clauses: ['MQTT-4.6.0-1', 'MQTT-4.6.0-6', 'MQTT-3.1.2-5'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 1);
      for (const payload of ['a', 'b']) await publisher.publish({ topic, payload, qos: 1 });
      await receiver.expect('publish', { payload: 'a' });
      await receiver.expect('publish', { payload: 'b' });
      receiver.destroy();
      for (const payload of ['c', 'd']) await publisher.publish({ topic, payload, qos: 1 });
      const again = await context.connect({ clientId, cleanSession: false });
      for (const payload of ['a', 'b']) await again.receive({ payload, dup: true });
      // The server may have sent c and d into the old connection before it knew of its end.
      for (const payload of ['c', 'd']) await again.receive({ payload });
      await context.expectSilence(publisher, again);
    },
  },
  {
    name: 'A clean session is sent nothing of the earlier one',
    clauses: ['MQTT-3.1.2-6', 'MQTT-4.4.0-1'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 2);
      await publisher.publish({ topic, qos: 1 });
      await publisher.publish({ topic, qos: 2 });
      await receiver.expect('publish');
      const { packetId } = await receiver.expect('publish');
      receiver.send({ type: 'pubrec', packetId });
      await receiver.expect('pubrel', { packetId });
      receiver.destroy();
      const again = await context.connect({ clientId });
      await context.expectSilence(publisher, again);
    },
  },
  {
    name: 'A take-over repeats what the old connection has not acknowledged',
    clauses: ['MQTT-4.4.0-1', 'MQTT-3.1.4-2', 'MQTT-3.3.1-1'],
    async run(context) {
      const { publisher, receiver, topic, clientId } = await lasting(context, 2);
      await publisher.publish({ topic, payload: 'x', qos: 2 });
      const { packetId } = await receiver.expect('publish');
      const again = await context.connect({ clientId, cleanSession: false });
      await receiver.expectClosed();
      await again.receive({ payload: 'x', dup: true, packetId });
      await context.expectSilence(publisher, again);
    },
  },
];

const order: ConformanceTest[] = ([0, 1, 2] as const).map((qos) => ({
  name: `The order of a publisher's QoS ${qos} messages on a topic is kept`,
  clauses: ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'],
  async run(context) {
    const topic = context.topic('ordered');
    const publisher = await context.connect();
    const receivers = [
      await context.subscriber(topic, qos),
      await context.subscriber(context.topic('#'), qos),
    ];
    const payloads = Array.from({ length: 100 }, (_, n) => `${n}`);
    for (const payload of payloads) await publisher.publish({ topic, payload, qos });
    for (const receiver of receivers) {
      const got: ReceivedPublish[] = [];
      while (got.length < payloads.length) got.push(await receiver.receive({ topic, qos }));
      assert.deepEqual(
        got.map(({ payload }) => Buffer.from(payload).toString()),
        payloads,
      );
    }
  },
}));

export const qosOutChapter: Chapter = {
  name: 'qos-out',
  title: 'QoS 1 and 2 from server to client, redelivery, order (4.3, 4.4, 4.6)',
  tests: [...flows, ...redelivery, ...order],
};

interface Pair {
  readonly publisher: Peer;
  readonly receiver: Peer;
  readonly topic: string;
}

async function pair(context: Context, qos: QoS): Promise<Pair> {
  const topic = context.topic(`t${qos}`);
  const publisher = await context.connect();
  return { topic, publisher, receiver: await context.subscriber(topic, qos) };
}

/** As {@link pair}, with a receiver whose session outlives its connection. */
async function lasting(context: Context, qos: QoS): Promise<Pair & { readonly clientId: string }> {
  const topic = context.topic('t');
  const clientId = context.clientId();
  const publisher = await context.connect();
  const receiver = await context.subscriber(topic, qos, { clientId, cleanSession: false });
  return { topic, publisher, receiver, clientId };
}
