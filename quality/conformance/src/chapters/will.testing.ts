import type { QoS } from '@magpie/protocol';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import type { Context } from '../suite/context.js';
import type { Peer } from '../wire/peer.js';
import { silenceWaitMs } from './keep-alive.testing.js';

/** Ways a connection can end that publish its will. */
const ABNORMAL: readonly {
  readonly name: string;
  readonly clauses: readonly string[];
  readonly end: (peer: Peer, context: Context, clientId: string) => Promise<void> | void;
}[] = [
  { name: 'the network connection is cut', clauses: [], end: (peer) => peer.destroy() },
  {
    name: 'the client closes without DISCONNECT',
    clauses: [],
    end: (peer) => peer.end(),
  },
  {
    name: 'the client breaks the protocol',
    clauses: ['MQTT-4.8.0-1'],
    end: async (peer) => {
      peer.sendBytes('82 02 0001');
      await peer.expectClosed();
    },
  },
  {
    name: 'the client sends a second CONNECT',
    clauses: ['MQTT-3.1.0-2'],
    end: async (peer, context, clientId) => {
      peer.send(context.connectPacket({ clientId }));
      await peer.expectClosed();
    },
  },
  {
    name: 'DISCONNECT has its reserved bits set',
    clauses: ['MQTT-3.14.1-1'],
    end: async (peer) => {
      peer.sendBytes('e1 00');
      await peer.expectClosed();
    },
  },
  {
    name: 'another connection takes the client id over',
    clauses: ['MQTT-3.1.4-2'],
    end: async (peer, context, clientId) => {
      await context.connect({ clientId });
      await peer.expectClosed();
    },
  },
  {
    name: 'the keep alive runs out',
    clauses: ['MQTT-3.1.2-24'],
    end: async (peer, context) => {
      await peer.expectClosed(silenceWaitMs(context));
    },
  },
];

const published: ConformanceTest[] = ABNORMAL.map(({ name, clauses, end }) => ({
  name: `The will is published once when ${name}`,
  clauses: ['MQTT-3.1.2-8', 'MQTT-3.1.2-9', 'MQTT-3.1.2-10', ...clauses],
  async run(context) {
    const topic = context.topic('will');
    const clientId = context.clientId();
    const receiver = await context.subscriber(topic, 2);
    const will = { topic, payload: 'last words', qos: 1 as const };
    const keepAliveS = name.includes('keep alive') ? 1 : 60;
    const peer = await context.connect({ clientId, will, keepAliveS });
    await end(peer, context, clientId);
    await receiver.receive({ topic, payload: 'last words', qos: 1, retain: false, dup: false });
    await context.expectSilence(await context.connect({ clientId }), receiver);
  },
}));

const properties: ConformanceTest[] = [
  {
    name: 'The will has the QoS of CONNECT',
    clauses: ['MQTT-3.1.2-9', 'MQTT-3.1.2-14'],
    async run(context) {
      for (const qos of [0, 1, 2] as const) {
        const topic = context.topic(`will${qos}`);
        const receiver = await context.subscriber(topic, 2);
        const peer = await context.connect({ will: { topic, payload: `at ${qos}`, qos } });
        peer.destroy();
        await receiver.receive({ payload: `at ${qos}`, qos });
      }
    },
  },
  {
    name: 'A will with retain 0 is not retained and leaves what is retained',
    clauses: ['MQTT-3.1.2-16', 'MQTT-3.3.1-12'],
    async run(context) {
      const [kept, none] = [context.topic('kept'), context.topic('none')];
      const publisher = await context.connect();
      await publisher.publish({ topic: kept, payload: 'kept', qos: 1, retain: true });
      for (const topic of [kept, none]) await passWill(context, topic, 1, false, 'will');
      const late = await context.subscriber(context.topic('#'), 1);
      await late.receive({ topic: kept, payload: 'kept', retain: true });
      await context.expectSilence(publisher, late);
    },
  },
  {
    name: 'A will with retain 1 is retained, and delivered with RETAIN 0 before',
    clauses: ['MQTT-3.1.2-17', 'MQTT-3.3.1-9'],
    async run(context) {
      for (const qos of [1, 2] as const) {
        const topic = context.topic(`q${qos}`);
        await passWill(context, topic, qos, true, 'will');
        const late = await context.subscriber(topic, 2);
        await late.receive({ topic, payload: 'will', qos, retain: true });
      }
    },
  },
  {
    name: 'An empty will with retain 1 removes the retained message',
    clauses: ['MQTT-3.1.2-17', 'MQTT-3.3.1-10'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
      await passWill(context, topic, 1, true, '');
      await context.expectSilence(publisher, await context.subscriber(topic, 1));
    },
  },
  {
    name: 'A will is stored for an absent client and goes to every subscriber',
    clauses: ['MQTT-3.1.2-8', 'MQTT-3.1.2-5', 'MQTT-4.5.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const absent = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await absent.disconnect();
      await passWill(context, topic, 1, false, 'will');
      const back = await context.connect({ clientId, cleanSession: false });
      await back.receive({ topic, payload: 'will', qos: 1 });
    },
  },
  {
    name: 'A will payload may hold any bytes, up to 65535 of them',
    clauses: ['MQTT-3.1.2-9'],
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic, 0);
      for (const payload of [Buffer.from([0, 255, 128, 0]), Buffer.alloc(65_535, 7)]) {
        const peer = await context.connect({ will: { topic, payload } });
        peer.destroy();
        await receiver.expect('publish', { topic, payload });
      }
    },
  },
];

const unpublished: ConformanceTest[] = [
  {
    name: 'DISCONNECT discards the will',
    clauses: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'],
    async run(context) {
      const topic = context.topic('will');
      const receiver = await context.subscriber(topic, 1);
      for (const cleanSession of [true, false]) {
        const clientId = context.clientId();
        const peer = await context.connect({ clientId, cleanSession, will: { topic, qos: 1 } });
        await peer.disconnect();
        await context.expectSilence(await context.connect({ clientId }), receiver);
      }
    },
  },
  {
    name: 'Without the will flag nothing is published, even where an earlier connection had a will',
    clauses: ['MQTT-3.1.2-12', 'MQTT-3.1.2-10'],
    async run(context) {
      const topic = context.topic('will');
      const clientId = context.clientId();
      const receiver = await context.subscriber(topic, 1);
      const first = await context.connect({ clientId, cleanSession: false, will: { topic } });
      await first.disconnect();
      const second = await context.connect({ clientId, cleanSession: false });
      await second.end();
      const third = await context.connect({ clientId, cleanSession: false });
      await context.expectSilence(third, receiver);
    },
  },
  {
    name: 'The will of a rejected CONNECT is not published',
    clauses: ['MQTT-3.1.2-8', 'MQTT-3.1.4-5'],
    async run(context) {
      const topic = context.topic('will');
      const receiver = await context.subscriber(topic, 1);
      const peer = await context.open();
      peer.send(context.connectPacket({ clientId: '', cleanSession: false, will: { topic } }));
      await peer.expect('connack', { returnCode: 2 });
      await peer.expectClosed();
      await context.expectSilence(await context.connect(), receiver);
    },
  },
  {
    name: 'Each connection has its own will: the newest CONNECT counts',
    clauses: ['MQTT-3.1.2-8', 'MQTT-3.1.2-10'],
    async run(context) {
      const topic = context.topic('will');
      const clientId = context.clientId();
      const receiver = await context.subscriber(topic, 1);
      const first = await context.connect({ clientId, will: { topic, payload: 'first' } });
      await first.disconnect();
      const second = await context.connect({ clientId, will: { topic, payload: 'second' } });
      second.destroy();
      await receiver.receive({ payload: 'second' });
      await context.expectSilence(await context.connect(), receiver);
    },
  },
];

export const willChapter: Chapter = {
  name: 'will',
  title: 'Will messages (3.1.2.5 to 3.1.2.7)',
  tests: [...published, ...properties, ...unpublished],
};

/** Lets a will be published and waits until a subscriber has it. */
async function passWill(
  context: Context,
  topic: string,
  qos: QoS,
  retain: boolean,
  payload: string,
): Promise<void> {
  const witness = await context.connect();
  await witness.subscribe(`${topic}/#`, qos); // matches the topic itself too
  await context.settle(witness, witness); // takes what is retained there already
  const peer = await context.connect({ will: { topic, payload, qos, retain } });
  peer.destroy();
  await witness.receive({ topic, payload, qos, retain: false });
  await witness.disconnect();
}
