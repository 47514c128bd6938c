import assert from 'node:assert/strict';
import type { QoS } from '@magpie/protocol';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { payloadText, publishesOf } from '../suite/context.js';
import { field, framed, hex, uint16 } from '../wire/bytes.js';
import type { FilterList } from '../wire/peer.js';
import type { MalformedCase } from './malformed.testing.js';
import { malformed } from './malformed.testing.js';
import { BAD_TEXTS } from './utf8-vectors.testing.js';

const BAD_FILTERS = ['a#', '#a', 'a/#/b', '#/a', '##', 'a/##', 'a+', '+a', 'a/b+', 'a/+b/c', '++'];

const MALFORMED: readonly MalformedCase[] = [
  {
    name: 'SUBSCRIBE without a filter closes the connection',
    clauses: ['MQTT-3.8.3-3', 'MQTT-4.8.0-1'],
    bytes: () => ['82 02 0001'],
  },
  {
    name: 'SUBSCRIBE with QoS 3 or reserved bits closes the connection',
    clauses: ['MQTT-3-8.3-4', 'MQTT-4.8.0-1'],
    bytes: (context) =>
      [0x03, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xfc, 0xff].map((qos) =>
        framed(0x82, uint16(1), field(context.topic('t')), Buffer.of(qos)),
      ),
  },
  {
    name: 'SUBSCRIBE with one bad filter among good ones closes the connection',
    clauses: ['MQTT-3-8.3-4', 'MQTT-4.7.1-2', 'MQTT-4.8.0-1'],
    bytes: (context) => {
      const good = Buffer.concat([field(context.topic('t')), Buffer.of(1)]);
      return [
        framed(0x82, uint16(1), good, field(context.topic('u')), Buffer.of(3)),
        framed(0x82, uint16(1), good, field('a#'), Buffer.of(0), good),
      ];
    },
  },
  {
    name: 'SUBSCRIBE with a misplaced wildcard closes the connection',
    clauses: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3', 'MQTT-4.8.0-1'],
    bytes: () => BAD_FILTERS.map((filter) => framed(0x82, uint16(1), field(filter), hex('00'))),
  },
  {
    name: 'SUBSCRIBE with an empty filter closes the connection',
    clauses: ['MQTT-4.7.3-1', 'MQTT-4.8.0-1'],
    bytes: () => ['82 05 0001 0000 00'],
  },
  {
    name: 'SUBSCRIBE with an ill-formed filter closes the connection',
    clauses: ['MQTT-3.8.3-1', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-4.7.3-2', 'MQTT-4.8.0-1'],
    bytes: () => BAD_TEXTS.map((text) => framed(0x82, uint16(1), field(hex(text)), hex('00'))),
  },
  {
    name: 'SUBSCRIBE that ends too early closes the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () => [
      '82 00',
      '82 01 00',
      '82 03 0001 00           # half a length',
      '82 05 0001 0002 "a"     # half a filter',
      '82 05 0001 0001 "a"     # no QoS',
      '82 07 0001 0001 "a" 00 00 # half a second filter',
    ],
  },
];

const answers: ConformanceTest[] = [
  {
    name: 'SUBACK has the id of its SUBSCRIBE and a code for each filter, in order',
    clauses: [
      'MQTT-3.8.4-1',
      'MQTT-3.8.4-2',
      'MQTT-3.8.4-4',
      'MQTT-3.8.4-5',
      'MQTT-3.9.3-1',
      'MQTT-3.9.3-2',
      'MQTT-2.3.1-7',
    ],
    async run(context) {
      const peer = await context.connect();
      for (const packetId of [1, 65_535, 256]) {
        const wanted: QoS[] = [2, 0, 1, 1, 0, 0];
        const subscriptions = wanted.map((qos, n) => ({
          filter: context.topic(`${packetId}/${n}`),
          qos,
        }));
        peer.send({ type: 'subscribe', packetId, subscriptions });
        await peer.expect('suback', { packetId, returnCodes: wanted });
      }
    },
  },
  {
    name: 'SUBSCRIBE with 500 filters gets 500 codes',
    clauses: ['MQTT-3.8.4-4', 'MQTT-3.8.4-5', 'MQTT-3.9.3-1'],
    async run(context) {
      const peer = await context.connect();
      const list: FilterList = Array.from({ length: 500 }, (_, n) => [
        context.topic(`${n}`),
        (n % 3) as QoS,
      ]);
      assert.deepEqual(
        await peer.subscribe(list),
        list.map(([, qos]) => qos),
      );
      for (const n of [0, 250, 499]) {
        peer.sendPublish({ topic: context.topic(`${n}`), payload: `${n}` });
        await peer.expect('publish', { payload: `${n}` });
      }
    },
  },
  {
    name: 'Filters with wildcards are supported, or refused with 0x80',
    clauses: ['MQTT-3.8.3-2', 'MQTT-3.9.3-2'],
    async run(context) {
      const peer = await context.connect();
      const filters = [context.topic('#'), context.topic('+'), context.topic('+/a')];
      const codes = await peer.subscribe(filters.map((filter) => [filter, 1]));
      for (const code of codes) assert.ok([0, 1, 0x80].includes(code));
      if (codes[0] === 0x80) return;
      peer.sendPublish({ topic: context.topic('deep/down'), payload: 'x' });
      await peer.receive({ payload: 'x' });
    },
  },
];

const effects: ConformanceTest[] = [
  {
    name: 'Several filters of one SUBSCRIBE act as several SUBSCRIBE packets',
    clauses: ['MQTT-3.8.4-4'],
    async run(context) {
      const peer = await context.connect();
      const publisher = await context.connect();
      for (const name of ['r1', 'r2']) {
        const topic = context.topic(name);
        await publisher.publish({ topic, payload: name, qos: 1, retain: true });
      }
      await peer.subscribe([
        [context.topic('a'), 0],
        [context.topic('b'), 1],
        [context.topic('r1'), 1],
        [context.topic('r2'), 0],
      ]);
      await peer.pick('publish', { payload: 'r1', qos: 1, retain: true });
      await peer.pick('publish', { payload: 'r2', qos: 0, retain: true });
      for (const name of ['a', 'b']) {
        await publisher.publish({ topic: context.topic(name), payload: name, qos: 1 });
      }
      await peer.expect('publish', { payload: 'a', qos: 0 });
      await peer.receive({ payload: 'b', qos: 1 });
    },
  },
  {
    name: 'The same filter twice in one SUBSCRIBE: the last one counts',
    clauses: ['MQTT-3.8.4-3', 'MQTT-3.8.4-4', 'MQTT-3.9.3-1'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.connect();
      const publisher = await context.connect();
      assert.deepEqual(
        await peer.subscribe([
          [topic, 2],
          [topic, 0],
        ]),
        [2, 0],
      );
      await publisher.publish({ topic, payload: 'x', qos: 2 });
      const got = publishesOf(await context.settle(publisher, peer));
      assert.deepEqual(
        got.map(({ qos }) => qos),
        [0],
      );
    },
  },
  {
    name: 'The same filter again replaces the subscription, up and down in QoS',
    clauses: ['MQTT-3.8.4-3', 'MQTT-3.8.4-6'],
    async run(context) {
      for (const filter of [context.topic('t'), context.topic('+'), context.topic('#')]) {
        const topic = context.topic('t');
        const peer = await context.connect();
        const publisher = await context.connect();
        for (const qos of [0, 2, 1, 0] as const) {
          assert.deepEqual(await peer.subscribe(filter, qos), [qos]);
          await publisher.publish({ topic, payload: `at ${qos}`, qos: 2 });
          await peer.receive({ payload: `at ${qos}`, qos });
          await context.expectSilence(publisher, peer);
        }
      }
    },
  },
  {
    name: 'The same filter again brings its retained messages again',
    clauses: ['MQTT-3.8.4-3', 'MQTT-3.3.1-6'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
      for (const filter of [topic, context.topic('#')]) {
        const peer = await context.connect();
        for (const qos of [1, 1, 0] as const) {
          await peer.subscribe(filter, qos);
          await peer.receive({ topic, payload: 'kept', qos, retain: true });
          await context.expectSilence(publisher, peer);
        }
      }
    },
  },
  {
    name: 'Replacing a subscription loses and doubles nothing of the flow',
    clauses: ['MQTT-3.8.4-3'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.subscriber(topic, 1);
      const publisher = await context.connect();
      const payloads = Array.from({ length: 60 }, (_, n) => `${n}`);
      for (const [n, payload] of payloads.entries()) {
        publisher.sendPublish({ topic, payload, qos: 1 });
        if (n % 10 === 5) {
          const packetId = 100 + n;
          peer.send({ type: 'subscribe', packetId, subscriptions: [{ filter: topic, qos: 1 }] });
        }
      }
      for (const payload of payloads) {
        await peer.acknowledge(await peer.pick('publish', { payload }));
      }
      const rest = await context.settle(publisher, peer);
      assert.ok(rest.every(({ type }) => type === 'suback'));
    },
  },
  {
    name: 'Overlapping filters deliver at the highest QoS that matches',
    clauses: ['MQTT-3.3.5-1'],
    async run(context) {
      const topic = context.topic('a/b');
      const publisher = await context.connect();
      const lists: FilterList[] = [
        [
          [context.topic('a/b'), 0],
          [context.topic('a/+'), 2],
          [context.topic('#'), 1],
        ],
        [
          [context.topic('#'), 2],
          [context.topic('a/b'), 0],
        ],
        [
          [context.topic('+/b'), 0],
          [context.topic('a/#'), 1],
        ],
        [
          [context.topic('a/+'), 1],
          [context.topic('+/b'), 1],
        ],
      ];
      for (const list of lists) {
        const peer = await context.connect();
        await peer.subscribe(list);
        await publisher.publish({ topic, payload: 'x', qos: 2 });
        const got = publishesOf(await context.settle(publisher, peer)).map(({ qos }) => qos);
        const granted = list.map(([, qos]) => qos);
        assert.equal(Math.max(...got), Math.max(...granted));
        // Further copies are allowed, one for each subscription and at its QoS.
        for (const qos of got) granted.splice(granted.indexOf(qos), 1);
        assert.equal(granted.length, list.length - got.length);
      }
    },
  },
  {
    name: 'Overlapping filters deliver one copy',
    clauses: [],
    level: 'should',
    async run(context) {
      const publisher = await context.connect();
      const peer = await context.connect();
      await peer.subscribe([
        [context.topic('a'), 1],
        [context.topic('#'), 1],
        [context.topic('+'), 1],
      ]);
      await publisher.publish({ topic: context.topic('a'), payload: 'x', qos: 1 });
      const got = publishesOf(await context.settle(publisher, peer));
      assert.deepEqual(got.map(payloadText), ['x']);
    },
  },
];

export const subscribeChapter: Chapter = {
  name: 'subscribe',
  title: 'SUBSCRIBE and SUBACK (3.8, 3.9)',
  tests: [...MALFORMED.map(malformed), ...answers, ...effects],
};
