import assert from 'node:assert/strict';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { publishesOf } from '../suite/context.js';
import { field, framed, hex, uint16 } from '../wire/bytes.js';
import { rawConnect } from './malformed.testing.js';
import { GOOD_TEXTS } from './utf8-vectors.testing.js';

const BOM = hex('ef bb bf');

const kept: ConformanceTest[] = GOOD_TEXTS.map(({ name, text }) => ({
  name: `A topic name, filter and client id with ${name} is kept unchanged`,
  clauses: ['MQTT-1.5.3-1', 'MQTT-4.7.3-4'],
  async run(context) {
    const topic = context.topic(text);
    const publisher = await context.connect({ clientId: `${context.prefix}${text}` });
    const receiver = await context.subscriber(topic, 0);
    publisher.sendPublish({ topic, payload: 'x' });
    const bytes = framed(0x30, field(topic), hex('"x"'));
    await receiver.expectBytes(Buffer.from(bytes).toString('hex'));
  },
}));

const bom: ConformanceTest[] = [
  {
    name: 'EF BB BF in a topic name is U+FEFF, at the start, within and at the end, and is kept',
    clauses: ['MQTT-1.5.3-3'],
    async run(context) {
      const own = Buffer.from(context.topic(''));
      const publisher = await context.connect();
      const receiver = await context.connect();
      receiver.ignore((packet) => {
        return packet.type === 'publish' && !packet.topic.includes(context.prefix);
      });
      await receiver.subscribe('#', 0);
      const names = [
        Buffer.concat([BOM, own]),
        Buffer.concat([own, BOM]),
        Buffer.concat([own, hex('"a"'), BOM, hex('"b"')]),
        Buffer.concat([own, BOM, BOM, hex('"/"'), BOM]),
      ];
      for (const name of names) {
        const packet = framed(0x30, field(name), hex('"x"'));
        publisher.sendBytes(packet);
        await receiver.expectBytes(Buffer.from(packet).toString('hex'));
      }
    },
  },
  {
    name: 'A filter with U+FEFF matches only names that have it',
    clauses: ['MQTT-1.5.3-3', 'MQTT-4.7.3-4'],
    async run(context) {
      const own = Buffer.from(context.topic(''));
      const publisher = await context.connect();
      const receiver = await context.connect();
      const marked = Buffer.concat([own, BOM, hex('"a"')]);
      receiver.sendBytes(framed(0x82, uint16(1), field(marked), hex('00')));
      await receiver.expectBytes('90 03 0001 00');
      for (const name of [Buffer.concat([own, hex('"a"')]), marked]) {
        publisher.sendBytes(framed(0x30, field(name), hex('"x"')));
      }
      const got = publishesOf(await context.settle(publisher, receiver));
      assert.deepEqual(
        got.map(({ topic }) => topic),
        [context.topic('\uFEFFa')],
      );
    },
  },
  {
    name: 'A client id with U+FEFF is another one than without',
    clauses: ['MQTT-1.5.3-3', 'MQTT-3.1.3-2'],
    async run(context) {
      const clientId = context.clientId();
      const plain = await context.connect({ clientId });
      const marked = await context.connect({ clientId: `\uFEFF${clientId}` });
      await context.expectServed(plain);
      await context.expectServed(marked);
    },
  },
];

const doubtful: ConformanceTest[] = [
  {
    name: 'Control and non-characters in a topic name pass unchanged or close the connection',
    clauses: ['MQTT-1.5.3-1'],
    async run(context) {
      const receiver = await context.subscriber(context.topic('#'), 0);
      const texts = ['01', '1f', '7f', 'c2 80', 'c2 9f', 'ef bf be', 'ef bf bf', 'f4 8f bf bf'];
      for (const text of texts) {
        const peer = await context.connect();
        const name = Buffer.concat([Buffer.from(context.topic('')), hex(text)]);
        const packet = framed(0x30, field(name), hex('"x"'));
        peer.sendBytes(Buffer.concat([packet, hex('c0 00')]));
        if ((await peer.next()) === undefined) continue;
        await receiver.expectBytes(Buffer.from(packet).toString('hex'));
      }
      await context.expectSilence(await context.connect(), receiver);
    },
  },
  {
    name: 'A will topic and a user name with characters of four bytes are read',
    clauses: ['MQTT-1.5.3-1', 'MQTT-3.1.3-1'],
    async run(context) {
      const topic = context.topic('\u{1F426}');
      const receiver = await context.subscriber(topic, 0);
      const login = new URL(context.target.url).username;
      const peer = await context.open();
      if (login === '') {
        const fields = [context.clientId(), topic, 'will', '喜鹊\u{1F426}'];
        peer.sendBytes(rawConnect({ flags: 0b1000_0110, fields }));
      } else peer.send(context.connectPacket({ will: { topic, payload: 'will' } }));
      await peer.expect('connack', { returnCode: 0 });
      peer.destroy();
      await receiver.expect('publish', { topic, payload: 'will' });
    },
  },
];

export const utf8Chapter: Chapter = {
  name: 'utf8',
  title: 'UTF-8 strings (1.5.3)',
  tests: [...kept, ...bom, ...doubtful],
};
