import assert from 'node:assert/strict';
import { once } from 'node:events';
import { encode } from '@magpie/protocol';
import { WebSocket } from 'ws';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import type { Context } from '../suite/context.js';
import { hex } from '../wire/bytes.js';
import type { Peer } from '../wire/peer.js';

const handshake: Omit<ConformanceTest, 'needs'>[] = [
  {
    name: 'A client that offers the subprotocol mqtt gets it',
    clauses: ['MQTT-6.0.0-4', 'MQTT-6.0.0-3'],
    async run(context) {
      await using socket = await openRaw(context, ['mqtt']);
      assert.equal(socket.raw.protocol, 'mqtt');
    },
  },
  {
    name: 'A client that offers more subprotocols gets mqtt',
    clauses: ['MQTT-6.0.0-4'],
    async run(context) {
      for (const offered of [
        ['chat', 'mqtt'],
        ['mqtt', 'chat'],
        ['mqttv3.1', 'mqtt'],
      ]) {
        await using socket = await openRaw(context, offered);
        assert.equal(socket.raw.protocol, 'mqtt', `Offered ${String(offered)}`);
      }
    },
  },
  {
    name: 'A client that offers another subprotocol alone is not served',
    clauses: ['MQTT-6.0.0-4'],
    level: 'should',
    async run(context) {
      const socket = await openRaw(context, ['chat']).catch(() => undefined);
      if (socket === undefined) return;
      await using open = socket;
      open.raw.send(encode(context.connectPacket(), 4));
      let answered = false;
      open.raw.once('message', () => (answered = true));
      await Promise.race([open.event('message'), open.event('close')]);
      assert.equal(answered, false);
    },
  },
];

const frames: Omit<ConformanceTest, 'needs'>[] = [
  {
    name: 'All packets of the server come in binary frames',
    clauses: ['MQTT-6.0.0-1'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await connectOver(context);
      await peer.subscribe(topic, 2);
      for (const qos of [0, 1, 2] as const) {
        await peer.publish({ topic, payload: `${qos}`, qos });
        await peer.acknowledge(await peer.pick('publish', { payload: `${qos}`, qos }));
      }
      await peer.unsubscribe(topic);
      await peer.expectNothing();
    },
  },
  {
    name: 'A text frame closes the connection',
    clauses: ['MQTT-6.0.0-1'],
    async run(context) {
      await using first = await openRaw(context, ['mqtt']);
      first.raw.send(encode(context.connectPacket(), 4), { binary: false });
      await first.event('close');
      await using second = await openRaw(context, ['mqtt']);
      second.raw.send(encode(context.connectPacket(), 4));
      await second.event('message');
      second.raw.send('hello', { binary: false });
      await second.event('close');
    },
  },
  {
    name: 'Packets cut over frames of one byte are understood',
    clauses: ['MQTT-6.0.0-2'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.open(wsUrl(context));
      await peer.sendInPieces(encode(context.connectPacket(), 4), 1);
      await peer.expect('connack', { returnCode: 0 });
      const publish = peer.publishPacket({ topic, payload: 'cut', qos: 1, packetId: 9 });
      await peer.sendInPieces(encode(publish, 4), 1);
      await peer.expect('puback', { packetId: 9 });
    },
  },
  {
    name: 'Several packets in one frame, the last one cut, are understood',
    clauses: ['MQTT-6.0.0-2'],
    async run(context) {
      const topic = context.topic('t');
      const peer = await context.open(wsUrl(context));
      const stream = Buffer.concat([
        encode(context.connectPacket(), 4),
        hex('c0 00'),
        encode(peer.publishPacket({ topic, payload: 'joined', qos: 1, packetId: 3 }), 4),
        hex('c0 00'),
      ]);
      await peer.sendInPieces(stream, stream.length - 5);
      await peer.expect('connack', { returnCode: 0 });
      await peer.expect('pingresp');
      await peer.expect('puback', { packetId: 3 });
      await peer.expect('pingresp');
    },
  },
  {
    name: 'A message of several WebSocket fragments is understood',
    clauses: ['MQTT-6.0.0-2'],
    async run(context) {
      await using socket = await openRaw(context, ['mqtt']);
      const connect = encode(context.connectPacket(), 4);
      const answer = socket.event('message');
      socket.raw.send(connect.subarray(0, 5), { binary: true, fin: false });
      socket.raw.send(connect.subarray(5, 9), { binary: true, fin: false });
      socket.raw.send(connect.subarray(9), { binary: true, fin: true });
      const [data, isBinary] = (await answer) as [Buffer, boolean];
      assert.equal(isBinary, true);
      assert.deepEqual([...data.subarray(0, 4)], [0x20, 2, 0, 0]);
    },
  },
  {
    name: 'A payload of 1 MiB passes over WebSocket in both directions',
    clauses: ['MQTT-6.0.0-2'],
    async run(context) {
      const topic = context.topic('big');
      const peer = await connectOver(context);
      const payload = Buffer.alloc(1_048_576, 'magpie');
      await peer.subscribe(topic, 1);
      await peer.publish({ topic, payload, qos: 1 });
      await peer.pick('publish', { topic, payload, qos: 1 });
    },
  },
];

const behaviour: Omit<ConformanceTest, 'needs'>[] = [
  {
    name: 'Clients over WebSocket and over TCP reach each other',
    clauses: [],
    async run(context) {
      const topic = context.topic('t');
      const [one, two] = [await connectOver(context), await context.subscriber(topic, 1)];
      await one.subscribe(topic, 1);
      for (const peer of [one, two]) {
        peer.sendPublish({ topic, payload: 'both', qos: 0 });
        for (const receiver of [one, two]) await receiver.pick('publish', { payload: 'both' });
      }
    },
  },
  {
    name: 'A WebSocket that ends without DISCONNECT publishes the will, with it does not',
    clauses: ['MQTT-3.1.2-8', 'MQTT-3.14.4-3'],
    async run(context) {
      const topic = context.topic('will');
      const receiver = await context.subscriber(topic, 1);
      for (const end of ['cut', 'closed'] as const) {
        const peer = await context.open(wsUrl(context));
        await peer.connect(context.connectPacket({ will: { topic, payload: end } }));
        if (end === 'cut') peer.destroy();
        else await peer.end();
        await receiver.receive({ topic, payload: end });
      }
      const clientId = context.clientId();
      const orderly = await context.open(wsUrl(context));
      await orderly.connect(context.connectPacket({ clientId, will: { topic, payload: 'no' } }));
      await orderly.disconnect();
      await context.expectSilence(await context.connect({ clientId }), receiver);
    },
  },
  {
    name: 'A malformed packet closes the WebSocket',
    clauses: ['MQTT-4.8.0-1'],
    async run(context) {
      const peer = await connectOver(context);
      peer.sendBytes('82 02 0001');
      await peer.expectClosed();
    },
  },
  {
    name: 'A session moves between WebSocket and TCP',
    clauses: ['MQTT-3.1.2-4', 'MQTT-3.1.4-2'],
    async run(context) {
      const topic = context.topic('t');
      const clientId = context.clientId();
      const tcp = await context.subscriber(topic, 1, { clientId, cleanSession: false });
      const socket = await context.open(wsUrl(context));
      const connack = await socket.connect(
        context.connectPacket({ clientId, cleanSession: false }),
      );
      assert.equal(connack.sessionPresent, true);
      await tcp.expectClosed();
      await socket.publish({ topic, payload: 'moved', qos: 1 });
      await socket.pick('publish', { topic, payload: 'moved' });
    },
  },
];

export const websocketChapter: Chapter = {
  name: 'websocket',
  title: 'MQTT over WebSocket (6)',
  tests: [...handshake, ...frames, ...behaviour].map((rule) => ({ ...rule, needs: 'websocket' })),
};

function wsUrl(context: Context): string {
  const { wsUrl: url } = context.target;
  assert.ok(url, 'The test needs a WebSocket URL');
  return url;
}

async function connectOver(context: Context): Promise<Peer> {
  const peer = await context.open(wsUrl(context));
  const { returnCode } = await peer.connect(context.connectPacket());
  assert.equal(returnCode, 0);
  return peer;
}

interface RawSocket extends AsyncDisposable {
  readonly raw: WebSocket;
  /** Resolves with the arguments of the next event of that name. */
  event(name: 'message' | 'close'): Promise<unknown[]>;
}

/** A WebSocket without MQTT on it; closed at the end of its scope. */
async function openRaw(context: Context, subprotocols: string[]): Promise<RawSocket> {
  const raw = new WebSocket(wsUrl(context), subprotocols, {
    handshakeTimeout: context.target.timeoutMs,
    perMessageDeflate: false,
  });
  raw.on('error', () => {});
  await once(raw, 'open');
  return {
    raw,
    event: (name) => once(raw, name, { signal: AbortSignal.timeout(context.target.timeoutMs) }),
    async [Symbol.asyncDispose]() {
      raw.terminate();
    },
  };
}
