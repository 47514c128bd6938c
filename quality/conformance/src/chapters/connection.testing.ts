import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { payloadText, publishesOf } from '../suite/context.js';
import { field, framed, hex } from '../wire/bytes.js';
import { silenceWaitMs } from './keep-alive.testing.js';

/** Bounds for the close of a client that is silent at a keep alive of 1 s, in ms. */
const KEEP_ALIVE_CLOSE_MIN_MS = 1000;
const KEEP_ALIVE_CLOSE_MAX_MS = 3500;

/** How often a client speaks that must not be closed at a keep alive of 1 s, in ms. */
const BEAT_MS = 250;

const ping: ConformanceTest[] = [
  {
    name: 'PINGREQ is answered with PINGRESP, each one',
    clauses: ['MQTT-3.12.4-1'],
    async run(context) {
      const peer = await context.connect();
      for (let n = 0; n < 3; n++) {
        peer.sendBytes('c0 00');
        await peer.expectBytes('d0 00');
      }
      peer.sendBytes('c0 00 c0 00 c0 00');
      for (let n = 0; n < 3; n++) await peer.expectBytes('d0 00');
    },
  },
];

const keepAlive: ConformanceTest[] = [
  {
    name: 'A client that is silent beyond its keep alive is closed, not before, and its will sent',
    clauses: ['MQTT-3.1.2-24', 'MQTT-3.1.2-8'],
    async run(context) {
      const topic = context.topic('will');
      const receiver = await context.subscriber(topic, 1);
      const startMs = performance.now();
      const silent = await context.connect({ keepAliveS: 1, will: { topic, payload: 'late' } });
      await silent.expectClosed(silenceWaitMs(context));
      const afterMs = performance.now() - startMs;
      assert.ok(afterMs >= KEEP_ALIVE_CLOSE_MIN_MS, `Closed after ${afterMs} ms`);
      await receiver.receive({ topic, payload: 'late' });
    },
  },
  {
    name: 'A client silent for one and a half times its keep alive is closed soon, each time',
    clauses: ['MQTT-3.1.2-24'],
    async run(context) {
      // One after the other: a server that looks every few seconds may meet the first by chance.
      for (let n = 0; n < 2; n++) {
        const startMs = performance.now();
        const silent = await context.connect({ keepAliveS: 1 });
        await silent.expectClosed(silenceWaitMs(context));
        const afterMs = Math.round(performance.now() - startMs);
        assert.ok(
          afterMs <= KEEP_ALIVE_CLOSE_MAX_MS,
          `Wanted a close within ${KEEP_ALIVE_CLOSE_MAX_MS} ms, got it after ${afterMs} ms`,
        );
      }
    },
  },
  {
    name: 'What the server sends does not keep a silent client alive',
    clauses: ['MQTT-3.1.2-24'],
    async run(context) {
      const topic = context.topic('tick');
      const silent = await context.subscriber(topic, 0, { keepAliveS: 1 });
      silent.ignore(({ type }) => type === 'publish');
      const talker = await context.connect();
      const closed = silent.expectClosed(silenceWaitMs(context));
      await whileBeating(() => talker.sendPublish({ topic }), closed);
    },
  },
  {
    name: 'Any packet keeps a client alive: as long as it sends, it is not closed',
    clauses: ['MQTT-3.1.2-24', 'MQTT-3.1.2-23'],
    async run(context) {
      const topic = context.topic('t');
      const pinging = await context.connect({ keepAliveS: 1 });
      const publishing = await context.connect({ keepAliveS: 1 });
      const silent = await context.connect({ keepAliveS: 1 }); // the last one, so the first to end
      pinging.ignore(({ type }) => type === 'pingresp');
      const beat = (): void => {
        pinging.send({ type: 'pingreq' });
        publishing.sendPublish({ topic });
      };
      await whileBeating(beat, silent.expectClosed(silenceWaitMs(context)));
      assert.equal(pinging.closed, false);
      await context.expectServed(pinging);
      await publishing.expectNothing();
    },
  },
  {
    name: 'Without a keep alive a silent client is not closed',
    clauses: ['MQTT-3.1.2-24'],
    async run(context) {
      const silent = await context.connect({ keepAliveS: 0 });
      const clock = await context.connect({ keepAliveS: 1 });
      await clock.expectClosed(silenceWaitMs(context));
      await silent.expectNothing();
    },
  },
];

const disconnect: ConformanceTest[] = [
  {
    name: 'After DISCONNECT the server closes the connection',
    clauses: [],
    level: 'should',
    async run(context) {
      const peer = await context.connect();
      peer.sendBytes('e0 00');
      await peer.expectClosed();
    },
  },
  {
    name: 'What follows DISCONNECT is not processed',
    clauses: ['MQTT-3.14.4-2'],
    level: 'should',
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic);
      const peer = await context.connect();
      peer.sendTogether({ type: 'disconnect' }, peer.publishPacket({ topic }), {
        type: 'pingreq',
      });
      await peer.end();
      await context.expectSilence(await context.connect(), receiver);
    },
  },
  {
    name: 'What precedes DISCONNECT, in the same segment, is processed',
    clauses: ['MQTT-3.3.4-1'],
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic, 1);
      for (const qos of [0, 1] as const) {
        const peer = await context.connect();
        const publish = peer.publishPacket({ topic, payload: 'last words', qos });
        peer.sendTogether(publish, { type: 'disconnect' });
        await receiver.receive({ payload: 'last words', qos });
      }
    },
  },
  {
    name: 'A connection that ends within a packet leaves nothing of it',
    clauses: ['MQTT-4.8.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic);
      const peer = await context.connect();
      const packet = Buffer.concat([hex('30 7f'), Buffer.alloc(20, 0x61)]);
      peer.sendBytes(packet);
      await peer.end();
      await context.expectSilence(await context.connect(), receiver);
    },
  },
];

const isolation: ConformanceTest[] = [
  {
    name: 'A malformed packet costs its connection and no other',
    clauses: ['MQTT-4.8.0-1'],
    async run(context) {
      const others = await Promise.all(Array.from({ length: 5 }, () => context.connect()));
      const bad = await context.connect();
      bad.sendBytes('36 05 0001 "a" 0001');
      await bad.expectClosed();
      for (const other of others) await context.expectServed(other);
    },
  },
  {
    name: 'A packet that declares the greatest length of all harms nobody else',
    clauses: ['MQTT-4.8.0-1'],
    async run(context) {
      const other = await context.connect();
      const topic = context.topic('t');
      const start = Buffer.concat([hex('30 ff ff ff 7f'), field(topic), Buffer.alloc(1000, 'x')]);
      const peers = await Promise.all(Array.from({ length: 5 }, () => context.connect()));
      for (const peer of peers) peer.sendBytes(start);
      await context.expectServed(other);
      await Promise.all(peers.map((peer) => peer.end())); // closed already, or waiting for the rest
      await context.expectServed(other);
    },
  },
  {
    name: 'Packets before a malformed one, in the same segment, are processed, those after are not',
    clauses: ['MQTT-4.8.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const receiver = await context.subscriber(topic, 0);
      const bad = await context.connect();
      const publish = (text: string): Uint8Array => framed(0x30, field(topic), hex(`"${text}"`));
      bad.sendBytes(Buffer.concat([publish('1'), publish('2'), hex('82 02 0001'), publish('3')]));
      await bad.expectClosed();
      const got = publishesOf(await context.settle(await context.connect(), receiver));
      assert.deepEqual(got.map(payloadText), ['1', '2']);
    },
  },
];

export const connectionChapter: Chapter = {
  name: 'connection',
  title: 'PINGREQ, keep alive, DISCONNECT, errors (3.1.2.10, 3.12, 3.14, 4.8)',
  tests: [...ping, ...keepAlive, ...disconnect, ...isolation],
};

/** Does `act` again and again until something has happened. */
async function whileBeating(act: () => void, happened: Promise<unknown>): Promise<void> {
  const timer = setInterval(act, BEAT_MS);
  try {
    await happened;
  } finally {
    clearInterval(timer);
  }
}
