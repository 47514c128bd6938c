import assert from 'node:assert/strict';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { field, framed, hex } from '../wire/bytes.js';
import type { Peer } from '../wire/peer.js';
import { rawConnect } from './malformed.testing.js';

const answers: ConformanceTest[] = [
  {
    name: 'A valid CONNECT is answered with CONNACK 0 first of all',
    clauses: ['MQTT-3.1.4-4', 'MQTT-3.2.0-1', 'MQTT-3.2.2-1', 'MQTT-7.0.0-2', 'MQTT-7.1.1-1'],
    async run(context) {
      const peer = await context.open();
      const connect = context.connectPacket();
      peer.sendTogether(connect, { type: 'pingreq' });
      await peer.expectBytes('20 02 00 00');
      await peer.expectBytes('d0 00');
    },
  },
  {
    name: 'Packets sent right behind CONNECT, in the same segment, are processed in order',
    clauses: ['MQTT-3.2.0-1', 'MQTT-3.1.4-4'],
    async run(context) {
      const topic = context.topic('pipelined');
      const peer = await context.open();
      peer.sendTogether(
        context.connectPacket(),
        { type: 'subscribe', packetId: 1, subscriptions: [{ filter: topic, qos: 1 }] },
        peer.publishPacket({ topic, payload: 'first', qos: 1, packetId: 2 }),
        peer.publishPacket({ topic, payload: 'second', qos: 0 }),
        { type: 'pingreq' },
      );
      await peer.expect('connack', { returnCode: 0 });
      await peer.pick('suback', { packetId: 1, returnCodes: [1] });
      await peer.pick('puback', { packetId: 2 });
      await peer.pick('publish', { topic, payload: 'first', qos: 1 });
      await peer.pick('publish', { topic, payload: 'second', qos: 0 });
      await peer.pick('pingresp');
    },
  },
  {
    name: 'A CONNECT in pieces of one byte is understood',
    clauses: ['MQTT-3.1.4-4'],
    async run(context) {
      const peer = await context.open();
      const { clientId } = context.connectPacket();
      const login = new URL(context.target.url).username !== '';
      const bytes = rawConnect({ fields: [clientId] });
      if (login) peer.send(context.connectPacket({ clientId }));
      else await peer.sendInPieces(bytes, 1);
      await peer.expect('connack', { returnCode: 0 });
    },
  },
  {
    name: 'A second CONNECT closes the connection',
    clauses: ['MQTT-3.1.0-2'],
    async run(context) {
      const clientId = context.clientId();
      const other = await context.connect();
      for (const secondId of [clientId, context.clientId()]) {
        const peer = await context.connect({ clientId });
        peer.send(context.connectPacket({ clientId: secondId }));
        await peer.expectClosed();
      }
      await context.expectServed(other);
    },
  },
  {
    name: 'A first packet other than CONNECT closes the connection',
    clauses: ['MQTT-3.1.0-1'],
    async run(context) {
      const topic = context.topic('early');
      const receiver = await context.subscriber(topic);
      const early = [
        framed(0x30, field(topic), hex('"x"')),
        framed(0x32, field(topic), hex('0001 "x"')),
        framed(0x34, field(topic), hex('0001 "x"')),
        framed(0x82, hex('0001'), field(topic), hex('00')),
        framed(0xa2, hex('0001'), field(topic)),
        ...['20 02 0000', '40 02 0001', '50 02 0001', '62 02 0001', '70 02 0001'].map(hex),
        ...['90 03 0001 00', 'b0 02 0001', 'c0 00', 'd0 00', 'e0 00', '00 00', 'f0 00'].map(hex),
      ];
      for (const bytes of early) {
        const peer = await context.open();
        peer.sendBytes(bytes);
        await peer.expectClosed();
      }
      await context.expectSilence(await context.connect(), receiver);
    },
  },
  {
    name: 'A packet before CONNECT is not made good by a CONNECT behind it',
    clauses: ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'],
    async run(context) {
      const peer = await context.open();
      peer.sendTogether({ type: 'pingreq' }, context.connectPacket());
      await peer.expectClosed();
    },
  },
];

const protocols: ConformanceTest[] = [
  {
    name: 'A wrong protocol name is not served',
    clauses: ['MQTT-3.1.2-1'],
    async run(context) {
      for (const protocol of ['MQTX', 'mqtt', 'MQTTT', 'MQT', '', 'HTTP', hex('ff')]) {
        const peer = await context.open();
        peer.sendBytes(rawConnect({ protocol, fields: [context.clientId()] }));
        await expectRefused(peer);
      }
    },
  },
  {
    name: 'An unsupported protocol level is answered with CONNACK 1 and a close',
    clauses: ['MQTT-3.1.2-2', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'],
    async run(context) {
      for (const level of [0, 1, 2, 3, 6, 7, 127, 255]) {
        const peer = await context.open();
        peer.sendBytes(rawConnect({ level, fields: [context.clientId()] }));
        await peer.expectBytes('20 02 00 01');
        await peer.expectClosed();
      }
    },
  },
  {
    name: 'The protocol name of MQTT 3.1 with its level 3 is served as such, or refused',
    clauses: ['MQTT-3.1.2-1'],
    async run(context) {
      const topic = context.topic('old');
      const receiver = await context.subscriber(topic);
      const peer = await context.open();
      peer.sendBytes(rawConnect({ protocol: 'MQIsdp', level: 3, fields: [context.clientId()] }));
      const answer = await peer.next();
      if (answer === undefined) return;
      if (answer.type !== 'connack') assert.fail(`The broker answered with ${answer.type}`);
      if (answer.returnCode === 0) {
        peer.sendPublish({ topic, payload: 'x' });
        await receiver.expect('publish', { topic, payload: 'x' });
      } else await peer.expectClosed();
    },
  },
  {
    name: 'The protocol name of MQTT 3.1 with the level of MQTT 3.1.1 is not served',
    clauses: ['MQTT-3.1.2-1'],
    async run(context) {
      const peer = await context.open();
      peer.sendBytes(rawConnect({ protocol: 'MQIsdp', level: 4, fields: [context.clientId()] }));
      await expectRefused(peer);
    },
  },
  {
    name: 'What follows a rejected CONNECT is not processed',
    clauses: ['MQTT-3.1.4-5'],
    async run(context) {
      const topic = context.topic('after');
      context.forgetLater({ retained: topic });
      const receiver = await context.subscriber(topic);
      const peer = await context.open();
      const publish = framed(0x31, field(topic), hex('"x"'));
      const connect = rawConnect({ level: 6, fields: [context.clientId()] });
      peer.sendBytes(Buffer.concat([connect, publish, hex('c0 00')]));
      await peer.expectBytes('20 02 00 01');
      await peer.expectClosed();
      await context.expectSilence(await context.connect(), receiver);
      await context.expectSilence(receiver, await context.subscriber(topic));
    },
  },
  {
    name: 'What follows a malformed CONNECT is not processed',
    clauses: ['MQTT-3.1.4-5', 'MQTT-3.1.4-1'],
    async run(context) {
      const topic = context.topic('after');
      context.forgetLater({ retained: topic });
      const receiver = await context.subscriber(topic);
      const peer = await context.open();
      const publish = framed(0x31, field(topic), hex('"x"'));
      const connect = rawConnect({ flags: 0b11, fields: [context.clientId()] });
      peer.sendBytes(Buffer.concat([connect, publish]));
      await peer.expectClosed();
      await context.expectSilence(await context.connect(), receiver);
    },
  },
];

const clientIds: ConformanceTest[] = [
  {
    name: 'Client ids of 1 to 23 digits and letters are accepted',
    clauses: ['MQTT-3.1.3-5'],
    async run(context) {
      const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
      const longest = context.clientId().padEnd(23, 'x');
      const ids = ['Z', letters.slice(0, 23), letters.slice(23, 46), letters.slice(39), longest];
      for (const clientId of ids) await context.connect({ clientId });
    },
  },
  {
    name: 'Client ids with other characters and of more bytes are accepted',
    clauses: [],
    level: 'should',
    async run(context) {
      const own = context.prefix;
      for (const clientId of [`${own}-_/. `, `${own}喜鹊`, own.padEnd(200, 'x'), `${own}/+#$`]) {
        await context.connect({ clientId });
      }
    },
  },
  {
    name: 'An empty client id is accepted with a clean session, or refused with CONNACK 2',
    clauses: ['MQTT-3.1.3-6', 'MQTT-3.1.3-7', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'],
    async run(context) {
      const topic = context.topic('empty');
      const peers = [await context.open(), await context.open()];
      const codes: number[] = [];
      for (const peer of peers) {
        const connack = await peer.connect(context.connectPacket({ clientId: '' }));
        codes.push(connack.returnCode);
        assert.equal(connack.sessionPresent, false);
        if (connack.returnCode === 0) await peer.subscribe(topic);
        else await peer.expectClosed();
      }
      if (codes.includes(2)) return assert.deepEqual(codes, [2, 2]);
      assert.deepEqual(codes, [0, 0]);
      const publisher = await context.connect();
      publisher.sendPublish({ topic, payload: 'both live' });
      for (const peer of peers) await peer.expect('publish', { topic, payload: 'both live' });
    },
  },
  {
    name: 'An empty client id is accepted with a clean session',
    clauses: ['MQTT-3.1.3-6'],
    level: 'should',
    async run(context) {
      await context.connect({ clientId: '' });
    },
  },
  {
    name: 'An empty client id with a persistent session gets CONNACK 2 and a close',
    clauses: ['MQTT-3.1.3-8', 'MQTT-3.1.3-9', 'MQTT-3.2.2-4', 'MQTT-3.2.2-5'],
    async run(context) {
      const peer = await context.open();
      peer.send(context.connectPacket({ clientId: '', cleanSession: false }));
      await peer.expectBytes('20 02 00 02');
      await peer.expectClosed();
    },
  },
];

const fields: ConformanceTest[] = [
  {
    name: 'The payload fields are read in the order id, will topic, will message, user, password',
    clauses: ['MQTT-3.1.3-1', 'MQTT-3.1.2-9', 'MQTT-3.1.2-19', 'MQTT-3.1.2-21'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('will');
      const { username = 'user', password = Buffer.from('secret') } = context.connectPacket();
      const receiver = await context.subscriber(topic, 1);
      const peer = await context.open();
      const values = [clientId, topic, 'the message', username, password];
      peer.sendBytes(rawConnect({ flags: 0b1100_1110, fields: values }));
      await peer.expect('connack', { returnCode: 0 });
      peer.destroy();
      await receiver.receive({ topic, payload: 'the message', qos: 1 });
    },
  },
  {
    name: 'User name and password may be empty, and a password may hold any bytes',
    clauses: ['MQTT-3.1.2-19', 'MQTT-3.1.2-21'],
    level: 'should',
    async run(context) {
      await context.connect({ username: '', password: undefined });
      await context.connect({ username: '', password: Buffer.of() });
      await context.connect({ username: 'u', password: hex('00 ff c0 80') });
    },
  },
  {
    name: 'A keep alive of 65535 seconds and none at all are accepted',
    clauses: ['MQTT-3.1.4-4'],
    async run(context) {
      for (const keepAliveS of [0, 1, 65_535]) await context.connect({ keepAliveS });
    },
  },
];

const takeOver: ConformanceTest[] = [
  {
    name: 'A client id that connects again has its old connection closed',
    clauses: ['MQTT-3.1.4-2', 'MQTT-3.1.3-2'],
    async run(context) {
      const clientId = context.clientId();
      const bystander = await context.connect();
      const old = await context.connect({ clientId });
      const young = await context.connect({ clientId });
      await old.expectClosed();
      await context.expectServed(young);
      await context.expectServed(bystander);
    },
  },
  {
    name: 'A take-over keeps a persistent session and its subscriptions',
    clauses: ['MQTT-3.1.4-2', 'MQTT-3.1.4-3', 'MQTT-3.2.2-2'],
    async run(context) {
      const clientId = context.clientId();
      const topic = context.topic('kept');
      const old = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      const next = await context.connectNoting({ clientId, cleanSession: false });
      assert.equal(next.connack.sessionPresent, true);
      await old.expectClosed();
      await next.peer.publish({ topic, payload: 'to the new one', qos: 1 });
      await next.peer.receive({ topic, payload: 'to the new one', qos: 1 });
    },
  },
  {
    name: 'A take-over with clean session drops the subscriptions of the old connection',
    clauses: ['MQTT-3.1.4-2', 'MQTT-3.1.4-3', 'MQTT-3.1.2-6', 'MQTT-3.2.2-1'],
    async run(context) {
      for (const cleanSession of [true, false]) {
        const clientId = context.clientId();
        const topic = context.topic('dropped');
        const old = await context.subscriber(topic, 1, { clientId, cleanSession });
        const next = await context.connectNoting({ clientId });
        assert.equal(next.connack.sessionPresent, false);
        await old.expectClosed();
        const publisher = await context.connect();
        await publisher.publish({ topic, qos: 1 });
        await context.expectSilence(publisher, next.peer);
      }
    },
  },
  {
    name: 'A row of take-overs leaves the last connection alone',
    clauses: ['MQTT-3.1.4-2'],
    async run(context) {
      const clientId = context.clientId();
      const peers = [];
      for (let n = 0; n < 10; n++) peers.push(await context.connect({ clientId }));
      for (const peer of peers.slice(0, -1)) await peer.expectClosed();
      await peers.at(-1)?.expectNothing();
    },
  },
];

export const connectChapter: Chapter = {
  name: 'connect',
  title: 'CONNECT and CONNACK (3.1, 3.2)',
  tests: [...answers, ...protocols, ...clientIds, ...fields, ...takeOver],
};

/** Closed at once, or refused with any return code and closed. */
async function expectRefused(peer: Peer): Promise<void> {
  const packet = await peer.next();
  if (packet === undefined) return;
  if (packet.type !== 'connack') assert.fail(`The broker answered with ${packet.type}`);
  assert.notEqual(packet.returnCode, 0);
  await peer.expectClosed();
}
