import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { field, framed, hex, uint16 } from '../wire/bytes.js';
import type { MalformedCase } from './malformed.testing.js';
import { malformed } from './malformed.testing.js';
import { BAD_TEXTS } from './utf8-vectors.testing.js';

const MALFORMED: readonly MalformedCase[] = [
  {
    name: 'UNSUBSCRIBE without a filter closes the connection',
    clauses: ['MQTT-3.10.3-2', 'MQTT-4.8.0-1'],
    bytes: () => ['a2 02 0001'],
  },
  {
    name: 'UNSUBSCRIBE with a misplaced wildcard closes the connection',
    clauses: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3', 'MQTT-4.8.0-1'],
    bytes: () =>
      ['a#', 'a/#/b', 'a+', '+a/b', '##'].map((filter) => framed(0xa2, uint16(1), field(filter))),
  },
  {
    name: 'UNSUBSCRIBE with an empty filter closes the connection',
    clauses: ['MQTT-4.7.3-1', 'MQTT-4.8.0-1'],
    bytes: () => ['a2 04 0001 0000'],
  },
  {
    name: 'UNSUBSCRIBE with an ill-formed filter closes the connection',
    clauses: ['MQTT-3.10.3-1', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-4.7.3-2', 'MQTT-4.8.0-1'],
    bytes: () => BAD_TEXTS.map((text) => framed(0xa2, uint16(1), field(hex(text)))),
  },
  {
    name: 'UNSUBSCRIBE that ends too early closes the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () => ['a2 00', 'a2 01 00', 'a2 03 0001 00', 'a2 05 0001 0002 "a"'],
  },
];

const answers: ConformanceTest[] = [
  {
    name: 'UNSUBACK has the id of its UNSUBSCRIBE, also where there was nothing to delete',
    clauses: ['MQTT-3.10.4-4', 'MQTT-3.10.4-5', 'MQTT-2.3.1-7'],
    async run(context) {
      const filter = context.topic('t');
      const peer = await context.subscriber(filter, 1);
      for (const packetId of [40_000, 1, 65_535]) {
        peer.send({ type: 'unsubscribe', packetId, filters: [filter] });
        await peer.expect('unsuback', { packetId });
      }
    },
  },
  {
    name: 'After UNSUBACK no new message of that filter is delivered',
    clauses: ['MQTT-3.10.4-2', 'MQTT-3.10.4-1'],
    async run(context) {
      const publisher = await context.connect();
      const topic = context.topic('a/b');
      for (const filter of [topic, context.topic('+/b'), context.topic('#')]) {
        const peer = await context.subscriber(filter, 1);
        await publisher.publish({ topic, payload: 'before', qos: 1 });
        await peer.receive({ payload: 'before' });
        await peer.unsubscribe(filter);
        await publisher.publish({ topic, payload: 'after', qos: 1 });
        await context.expectSilence(publisher, peer);
      }
    },
  },
  {
    name: 'Several filters of one UNSUBSCRIBE are all deleted, with one UNSUBACK',
    clauses: ['MQTT-3.10.4-6'],
    async run(context) {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => context.topic(name)) as [
        string,
        string,
        string,
      ];
      const publisher = await context.connect();
      const peer = await context.connect();
      await peer.subscribe([
        [a, 0],
        [b, 1],
        [c, 1],
      ]);
      await peer.unsubscribe(a, context.topic('never'), b);
      for (const topic of [a, b, c]) await publisher.publish({ topic, payload: topic, qos: 1 });
      await peer.receive({ topic: c, qos: 1 });
      await context.expectSilence(publisher, peer);
    },
  },
];

const effects: ConformanceTest[] = [
  {
    name: 'UNSUBSCRIBE deletes only the filter that is equal character by character',
    clauses: ['MQTT-3.10.4-1'],
    async run(context) {
      const topic = context.topic('a/b');
      const publisher = await context.connect();
      const peer = await context.subscriber(context.topic('a/+'), 1);
      const others = ['a/b', 'a/#', '#', 'a/+/', '+/+', 'A/+', 'a/+/+', ' a/+'];
      for (const other of others) await peer.unsubscribe(context.topic(other));
      await publisher.publish({ topic, payload: 'still', qos: 1 });
      await peer.receive({ payload: 'still' });
      await peer.unsubscribe(context.topic('a/+'));
      await publisher.publish({ topic, payload: 'gone', qos: 1 });
      await context.expectSilence(publisher, peer);
    },
  },
  {
    name: 'UNSUBSCRIBE of one of two overlapping filters leaves the other',
    clauses: ['MQTT-3.10.4-1', 'MQTT-3.10.4-2', 'MQTT-3.8.4-6'],
    async run(context) {
      const topic = context.topic('a/b');
      const publisher = await context.connect();
      const peer = await context.connect();
      await peer.subscribe([
        [topic, 2],
        [context.topic('a/#'), 0],
      ]);
      await peer.unsubscribe(topic);
      await publisher.publish({ topic, payload: 'x', qos: 2 });
      await peer.receive({ payload: 'x', qos: 0 });
      await context.expectSilence(publisher, peer);
    },
  },
  {
    name: 'UNSUBSCRIBE of one client leaves the same filter of another',
    clauses: ['MQTT-3.10.4-1', 'MQTT-3.1.3-2'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const [one, two] = [await context.subscriber(topic, 1), await context.subscriber(topic, 1)];
      await one.unsubscribe(topic);
      await publisher.publish({ topic, payload: 'x', qos: 1 });
      await two.receive({ payload: 'x' });
      await context.expectSilence(publisher, one);
    },
  },
  {
    name: 'A filter can be subscribed, deleted and subscribed again',
    clauses: ['MQTT-3.10.4-2', 'MQTT-3.8.4-1'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.connect();
      for (let n = 0; n < 5; n++) {
        await peer.subscribe(topic, 0);
        peer.sendPublish({ topic, payload: `${n}` });
        await peer.expect('publish', { payload: `${n}` });
        await peer.unsubscribe(topic);
        peer.sendPublish({ topic, payload: 'none' });
        await peer.expectNothing();
      }
    },
  },
  {
    name: 'Deliveries that have begun are completed after UNSUBSCRIBE',
    clauses: ['MQTT-3.10.4-3'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 2);
      await publisher.publish({ topic, payload: 'two', qos: 2 });
      const { packetId } = await peer.expect('publish', { payload: 'two', qos: 2 });
      await peer.unsubscribe(topic);
      peer.send({ type: 'pubrec', packetId });
      await peer.expect('pubrel', { packetId });
      peer.send({ type: 'pubcomp', packetId });
      await peer.expectNothing();
    },
  },
  {
    name: 'Deliveries that have begun are repeated on reconnection even after UNSUBSCRIBE',
    clauses: ['MQTT-3.10.4-3', 'MQTT-4.4.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 2, { clientId, cleanSession: false });
      for (const qos of [1, 2] as const) await publisher.publish({ topic, payload: `${qos}`, qos });
      for (const qos of [1, 2] as const) await peer.expect('publish', { payload: `${qos}`, qos });
      await peer.unsubscribe(topic);
      peer.destroy();
      const back = await context.connect({ clientId, cleanSession: false });
      for (const qos of [1, 2] as const) await back.receive({ payload: `${qos}`, qos, dup: true });
      await publisher.publish({ topic, payload: 'new', qos: 2 });
      await context.expectSilence(publisher, back);
    },
  },
  {
    name: 'UNSUBSCRIBE of a stored session holds after a reconnection',
    clauses: ['MQTT-3.10.4-2', 'MQTT-4.1.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await peer.unsubscribe(topic);
      await peer.disconnect();
      await publisher.publish({ topic, qos: 1 });
      const back = await context.connect({ clientId, cleanSession: false });
      await publisher.publish({ topic, qos: 1 });
      await context.expectSilence(publisher, back);
    },
  },
];

export const unsubscribeChapter: Chapter = {
  name: 'unsubscribe',
  title: 'UNSUBSCRIBE and UNSUBACK (3.10, 3.11)',
  tests: [...MALFORMED.map(malformed), ...answers, ...effects],
};
