import assert from 'node:assert/strict';
import type { QoS } from '@magpie/protocol';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { payloadText, publishesOf } from '../suite/context.js';

const QOS: readonly QoS[] = [0, 1, 2];

const storing: ConformanceTest[] = [
  {
    name: 'A new subscription gets the retained message, with RETAIN 1',
    clauses: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'],
    async run(context) {
      const publisher = await context.connect();
      for (const qos of [1, 2] as const) {
        const topic = context.topic(`q${qos}`);
        await publisher.publish({ topic, payload: 'kept', qos, retain: true });
        const receiver = await context.subscriber(topic, 2);
        await receiver.receive({ topic, payload: 'kept', qos, retain: true, dup: false });
        await context.expectSilence(publisher, receiver);
      }
    },
  },
  {
    name: 'A retained message is delivered at the lower of its QoS and the granted one',
    clauses: ['MQTT-3.3.1-5', 'MQTT-3.8.4-6'],
    async run(context) {
      const publisher = await context.connect();
      for (const qos of [1, 2] as const) {
        const topic = context.topic(`q${qos}`);
        await publisher.publish({ topic, payload: 'kept', qos, retain: true });
        for (const granted of QOS) {
          const receiver = await context.subscriber(topic, granted);
          const lower = qos < granted ? qos : granted;
          await receiver.receive({ payload: 'kept', qos: lower, retain: true });
        }
      }
    },
  },
  {
    name: 'A retained QoS 0 message is kept',
    clauses: ['MQTT-3.3.1-7'],
    level: 'should',
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, payload: 'kept', retain: true });
      await publisher.expectNothing();
      const receiver = await context.subscriber(topic, 2);
      await receiver.receive({ payload: 'kept', qos: 0, retain: true });
    },
  },
  {
    name: 'A retained QoS 0 message discards the earlier one, whether it is kept itself or not',
    clauses: ['MQTT-3.3.1-7'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, payload: 'old', qos: 1, retain: true });
      await publisher.publish({ topic, payload: 'new', qos: 0, retain: true });
      await publisher.expectNothing();
      const receiver = await context.subscriber(topic, 1);
      const got = publishesOf(await context.settle(publisher, receiver)).map(payloadText);
      assert.ok(got.length === 0 || (got.length === 1 && got[0] === 'new'), `Got ${String(got)}`);
    },
  },
  {
    name: 'Only the last retained message of a topic is kept',
    clauses: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      for (const payload of ['one', 'two', 'three']) {
        await publisher.publish({ topic, payload, qos: 1, retain: true });
      }
      const receiver = await context.subscriber(topic, 1);
      await receiver.receive({ payload: 'three', retain: true });
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'Retained messages of different topics are kept apart',
    clauses: ['MQTT-3.3.1-6', 'MQTT-4.7.3-4'],
    async run(context) {
      const names = ['a', 'A', 'a/', '/a', 'a/b', 'a//b', 'a b', 'a '].map((n) => context.topic(n));
      const publisher = await context.connect();
      for (const topic of names) {
        await publisher.publish({ topic, payload: topic, qos: 1, retain: true });
      }
      for (const topic of names) {
        const receiver = await context.subscriber(topic, 1);
        await receiver.receive({ topic, payload: topic, retain: true });
        await context.expectSilence(publisher, receiver);
      }
    },
  },
  {
    name: 'A wildcard subscription gets each matching retained message once',
    clauses: ['MQTT-3.3.1-6'],
    async run(context) {
      const publisher = await context.connect();
      const all = Array.from({ length: 60 }, (_, n) => context.topic(`${n % 6}/${n}`));
      for (const topic of all) {
        await publisher.publish({ topic, payload: topic, qos: 1, retain: true });
      }
      const cases: readonly (readonly [string, string[]])[] = [
        [context.topic('#'), all],
        [context.topic('+/+'), all],
        [context.topic('3/+'), all.filter((_, n) => n % 6 === 3)],
        [context.topic('+/7'), all.filter((_, n) => n === 7)],
        [context.topic('+'), []],
      ];
      for (const [filter, expected] of cases) {
        const receiver = await context.subscriber(filter, 0);
        const got = publishesOf(await context.settle(publisher, receiver));
        assert.ok(got.every(({ retain }) => retain));
        assert.deepEqual(got.map(({ topic }) => topic).sort(), [...expected].sort());
      }
    },
  },
];

const removing: ConformanceTest[] = [
  {
    name: 'A retained message with an empty payload is delivered and removes the stored one',
    clauses: ['MQTT-3.3.1-10', 'MQTT-3.3.1-11'],
    async run(context) {
      for (const qos of QOS) {
        const topic = context.topic(`q${qos}`);
        const publisher = await context.connect();
        await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
        const established = await context.subscriber(topic, 2);
        await established.receive({ payload: 'kept', retain: true });
        await publisher.publish({ topic, qos, retain: true });
        await established.receive({ topic, payload: '', qos, retain: false });
        const late = await context.subscriber(topic, 2);
        await context.expectSilence(publisher, late);
      }
    },
  },
  {
    name: 'An empty retained message on a topic without one is not stored',
    clauses: ['MQTT-3.3.1-11', 'MQTT-3.3.1-10'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, qos: 1, retain: true });
      await context.expectSilence(publisher, await context.subscriber(topic, 1));
    },
  },
  {
    name: 'A topic can be retained again after it was removed',
    clauses: ['MQTT-3.3.1-5', 'MQTT-3.3.1-10'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      for (const payload of ['one', '', 'two']) {
        await publisher.publish({ topic, payload, qos: 1, retain: true });
      }
      const receiver = await context.subscriber(context.topic('#'), 1);
      await receiver.receive({ topic, payload: 'two', retain: true });
    },
  },
  {
    name: 'Removing a retained message leaves those above and below it',
    clauses: ['MQTT-3.3.1-10'],
    async run(context) {
      const names = ['a', 'a/b', 'a/b/c', 'a/b/d'].map((name) => context.topic(name));
      const publisher = await context.connect();
      for (const topic of names) {
        await publisher.publish({ topic, payload: topic, qos: 1, retain: true });
      }
      await publisher.publish({ topic: context.topic('a/b'), qos: 1, retain: true });
      const receiver = await context.subscriber(context.topic('#'), 0);
      const got = publishesOf(await context.settle(publisher, receiver));
      const left = names.filter((topic) => topic !== context.topic('a/b'));
      assert.deepEqual(got.map(({ topic }) => topic).sort(), left);
    },
  },
];

const flag: ConformanceTest[] = [
  {
    name: 'An established subscription gets a retained message with RETAIN 0',
    clauses: ['MQTT-3.3.1-9', 'MQTT-3.3.1-5'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      const receivers = [
        await context.subscriber(topic, 2),
        await context.subscriber(context.topic('#'), 2),
      ];
      for (const qos of QOS) {
        await publisher.publish({ topic, payload: `at ${qos}`, qos, retain: true });
        for (const receiver of receivers) {
          await receiver.receive({ payload: `at ${qos}`, qos, retain: false });
        }
      }
    },
  },
  {
    name: 'What was queued for an absent client has RETAIN 0',
    clauses: ['MQTT-3.3.1-9', 'MQTT-3.1.2-5'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await peer.disconnect();
      await publisher.publish({ topic, payload: 'x', qos: 1, retain: true });
      const back = await context.connect({ clientId, cleanSession: false });
      await back.receive({ payload: 'x', retain: false });
      await context.expectSilence(publisher, back);
    },
  },
  {
    name: 'A stored session that comes back gets no retained messages for its old subscriptions',
    clauses: ['MQTT-3.3.1-6'],
    level: 'should',
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const publisher = await context.connect();
      await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
      const peer = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await peer.receive({ payload: 'kept', retain: true });
      await peer.disconnect();
      const back = await context.connect({ clientId, cleanSession: false });
      await context.expectSilence(publisher, back);
    },
  },
  {
    name: 'RETAIN 0 neither stores nor replaces nor removes',
    clauses: ['MQTT-3.3.1-12'],
    async run(context) {
      const publisher = await context.connect();
      const [kept, never] = [context.topic('kept'), context.topic('never')];
      await publisher.publish({ topic: kept, payload: 'kept', qos: 1, retain: true });
      for (const qos of QOS) {
        await publisher.publish({ topic: kept, payload: 'passing', qos });
        await publisher.publish({ topic: kept, payload: '', qos });
        await publisher.publish({ topic: never, payload: 'passing', qos });
      }
      await publisher.expectNothing();
      const receiver = await context.subscriber(context.topic('#'), 1);
      await receiver.receive({ topic: kept, payload: 'kept', retain: true });
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'A retained message is stored where nobody subscribes, and whoever comes gets it',
    clauses: ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'],
    async run(context) {
      const topic = context.topic('t');
      const publisher = await context.connect();
      await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
      await publisher.disconnect();
      for (let n = 0; n < 3; n++) {
        const receiver = await context.subscriber(topic, 1);
        await receiver.receive({ topic, payload: 'kept', retain: true });
      }
    },
  },
];

export const retainChapter: Chapter = {
  name: 'retain',
  title: 'Retained messages (3.3.1.3)',
  tests: [...storing, ...removing, ...flag],
};
