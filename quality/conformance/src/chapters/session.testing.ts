import assert from 'node:assert/strict';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';

const present: ConformanceTest[] = [
  {
    name: 'Session present is 0 for a new client id, 1 for a stored session, 0 after a clean one',
    clauses: ['MQTT-3.2.2-1', 'MQTT-3.2.2-2', 'MQTT-3.2.2-3', 'MQTT-3.1.2-4', 'MQTT-3.1.2-6'],
    async run(context) {
      const clientId = context.clientId();
      const steps = [
        { cleanSession: false, sessionPresent: false },
        { cleanSession: false, sessionPresent: true },
        { cleanSession: false, sessionPresent: true },
        { cleanSession: true, sessionPresent: false },
        { cleanSession: false, sessionPresent: false },
        { cleanSession: false, sessionPresent: true },
      ];
      for (const { cleanSession, sessionPresent } of steps) {
        const { peer, connack } = await context.connectNoting({ clientId, cleanSession });
        assert.equal(connack.sessionPresent, sessionPresent);
        await peer.disconnect();
      }
    },
  },
  {
    name: 'A session is kept whether its connection ends by DISCONNECT or without',
    clauses: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.2.2-2'],
    async run(context) {
      for (const orderly of [true, false]) {
        const clientId = context.clientId();
        const peer = await context.connect({ clientId, cleanSession: false });
        if (orderly) await peer.disconnect();
        else peer.destroy();
        const { connack } = await context.connectNoting({ clientId, cleanSession: false });
        assert.equal(connack.sessionPresent, true);
      }
    },
  },
  {
    name: 'A clean session ends with its connection',
    clauses: ['MQTT-3.1.2-6', 'MQTT-3.2.2-3'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('t');
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 1, { clientId });
      await peer.disconnect();
      await publisher.publish({ topic, qos: 1 });
      const next = await context.connectNoting({ clientId, cleanSession: false });
      assert.equal(next.connack.sessionPresent, false);
      await publisher.publish({ topic, qos: 1 });
      await context.expectSilence(publisher, next.peer);
    },
  },
  {
    name: 'A clean session discards the stored one for good',
    clauses: ['MQTT-3.1.2-6'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('t');
      const publisher = await context.connect();
      const old = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await old.disconnect();
      await publisher.publish({ topic, qos: 1 });
      const clean = await context.connect({ clientId });
      await context.expectSilence(publisher, clean);
      await clean.disconnect();
      await publisher.publish({ topic, qos: 1 });
      const next = await context.connectNoting({ clientId, cleanSession: false });
      assert.equal(next.connack.sessionPresent, false);
      await context.expectSilence(publisher, next.peer);
    },
  },
];

const stored: ConformanceTest[] = [
  {
    name: 'QoS 1 and 2 messages for an absent client are stored and come after CONNACK, in order',
    clauses: ['MQTT-3.1.2-5', 'MQTT-3.2.0-1', 'MQTT-4.5.0-1', 'MQTT-4.1.0-1', 'MQTT-4.6.0-6'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('t');
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 2, { clientId, cleanSession: false });
      await peer.disconnect();
      for (let n = 0; n < 50; n++) {
        await publisher.publish({ topic, payload: `${n}`, qos: n % 2 === 0 ? 1 : 2 });
      }
      const back = await context.connect({ clientId, cleanSession: false });
      for (let n = 0; n < 50; n++) {
        const qos = n % 2 === 0 ? 1 : 2;
        await back.receive({ topic, payload: `${n}`, qos, dup: false, retain: false });
      }
      await context.expectSilence(publisher, back);
    },
  },
  {
    name: 'A stored message has the lower of its QoS and the granted one',
    clauses: ['MQTT-3.1.2-5', 'MQTT-3.8.4-6'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('t');
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await peer.disconnect();
      for (const qos of [1, 2] as const) await publisher.publish({ topic, qos });
      const back = await context.connect({ clientId, cleanSession: false });
      for (let n = 0; n < 2; n++) await back.receive({ qos: 1 });
    },
  },
  {
    name: 'A QoS 0 message for an absent client is stored or dropped, never doubled',
    clauses: [],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('t');
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await peer.disconnect();
      publisher.sendPublish({ topic, payload: 'zero' });
      await publisher.expectNothing();
      const back = await context.connect({ clientId, cleanSession: false });
      const got = await context.settle(publisher, back);
      assert.ok(got.length <= 1);
    },
  },
  {
    name: 'What came for an absent client stays stored until it is acknowledged',
    clauses: ['MQTT-3.1.2-5', 'MQTT-4.4.0-1', 'MQTT-4.1.0-1'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('t');
      const publisher = await context.connect();
      const peer = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      await peer.disconnect();
      await publisher.publish({ topic, payload: 'x', qos: 1 });
      const first = await context.connect({ clientId, cleanSession: false });
      const { packetId } = await first.expect('publish', { payload: 'x', dup: false });
      first.destroy();
      const second = await context.connect({ clientId, cleanSession: false });
      await second.receive({ payload: 'x', dup: true, packetId });
      await second.disconnect();
      const third = await context.connect({ clientId, cleanSession: false });
      await context.expectSilence(publisher, third);
    },
  },
];

const scope: ConformanceTest[] = [
  {
    name: 'Subscriptions of a stored session work without being made again',
    clauses: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'],
    async run(context) {
      const clientId = context.clientId();
      const publisher = await context.connect();
      const peer = await context.connect({ clientId, cleanSession: false });
      await peer.subscribe([
        [context.topic('a/+'), 1],
        [context.topic('b/#'), 2],
        [context.topic('gone'), 1],
      ]);
      await peer.unsubscribe(context.topic('gone'));
      await peer.disconnect();
      const back = await context.connect({ clientId, cleanSession: false });
      await publisher.publish({ topic: context.topic('gone'), qos: 1 });
      await publisher.publish({ topic: context.topic('a/1'), payload: 'a', qos: 2 });
      await publisher.publish({ topic: context.topic('b'), payload: 'b', qos: 2 });
      await back.receive({ payload: 'a', qos: 1 });
      await back.receive({ payload: 'b', qos: 2 });
      await context.expectSilence(publisher, back);
    },
  },
  {
    name: 'Each client id has a session of its own',
    clauses: ['MQTT-3.1.3-2', 'MQTT-4.1.0-1'],
    async run(context) {
      const ids = [context.clientId(), context.clientId()];
      const publisher = await context.connect();
      for (const clientId of ids) {
        const filter = context.topic(clientId);
        const peer = await context.subscriber(filter, 1, { clientId, cleanSession: false });
        await peer.disconnect();
      }
      for (const clientId of ids) {
        await publisher.publish({ topic: context.topic(clientId), payload: clientId, qos: 1 });
      }
      for (const clientId of ids) {
        const back = await context.connect({ clientId, cleanSession: false });
        await back.receive({ topic: context.topic(clientId), payload: clientId });
        await context.expectSilence(publisher, back);
      }
    },
  },
  {
    name: 'Client ids that differ only in case are different clients',
    clauses: ['MQTT-3.1.3-2'],
    async run(context) {
      const lower = await context.connect({ clientId: `${context.prefix}x` });
      const upper = await context.connect({ clientId: `${context.prefix}X` });
      await context.expectServed(lower);
      await context.expectServed(upper);
    },
  },
  {
    name: 'A session lasts at least as long as its connection',
    clauses: ['MQTT-4.1.0-2', 'MQTT-4.1.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic, 1);
      for (let n = 0; n < 20; n++) {
        const publisher = await context.connect();
        await publisher.publish({ topic, payload: `${n}`, qos: 1 });
        await publisher.disconnect();
        await receiver.receive({ payload: `${n}`, qos: 1 });
      }
    },
  },
  {
    name: 'Retained messages outlive the session that published them',
    clauses: ['MQTT-3.1.2.7'],
    async run(context) {
      for (const cleanSession of [true, false]) {
        const clientId = context.clientId();
        const topic = context.topic(`by/${cleanSession}`);
        const publisher = await context.connect({ clientId, cleanSession });
        await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
        await publisher.disconnect();
        await (await context.connect({ clientId })).disconnect();
        const receiver = await context.subscriber(topic, 1);
        await receiver.receive({ topic, payload: 'kept', retain: true });
      }
    },
  },
];

export const sessionChapter: Chapter = {
  name: 'session',
  title: 'Sessions and what they store (3.1.2.4, 4.1)',
  tests: [...present, ...stored, ...scope],
};
