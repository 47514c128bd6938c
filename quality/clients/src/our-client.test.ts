// needs: mosquitto
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect, createClient, jsonCodec } from '@magpie/client';
import { startBroker } from './broker.testing.js';
import {
  type Running,
  startAedes,
  startMagpie,
  startMagpieWebSocket,
  startMosquitto,
} from './our-client.testing.js';

interface Case {
  readonly name: string;
  readonly start: (t: TestContext) => Promise<Running>;
  readonly repeats?: boolean;
}

const BROKERS: readonly Case[] = [
  { name: 'Magpie over TCP', start: startMagpie },
  { name: 'Magpie over WebSocket', start: startMagpieWebSocket },
  { name: 'mosquitto', start: startMosquitto },
  // aedes passes a QoS 2 message on again when a client repeats it after a reconnect.
  { name: 'aedes', start: startAedes, repeats: true },
];
const LIMIT = { timeout: 30_000 };

for (const { name, start, repeats = false } of BROKERS) {
  test(
    `@magpie/client passes messages of every QoS through ${name}, in order`,
    LIMIT,
    async (t) => {
      const { url } = await start(t);
      await using client = await connect(url);
      const subscription = client.subscribe('readings/+', { qos: 2, codec: jsonCodec<number>() });
      await subscription.ready;
      const sent = Array.from({ length: 600 }, (_, number) => number);
      const published = client.publishMany(
        sent.map((number) => ({
          topic: `readings/${number % 3}`,
          payload: String(number),
          qos: (number % 3) as 0 | 1 | 2,
        })),
      );
      const got: number[][] = [[], [], []];
      let count = 0;
      for await (const { payload, qos } of subscription) {
        got[qos]!.push(payload);
        if (++count === sent.length) break;
      }
      await published;
      for (const qos of [0, 1, 2]) {
        assert.deepEqual(
          got[qos],
          sent.filter((number) => number % 3 === qos),
        );
      }
    },
  );

  test(`@magpie/client gets retained messages and wills of ${name}`, LIMIT, async (t) => {
    const { url } = await start(t);
    await using watcher = await connect(url);
    await watcher.publish('kept', 'old', { qos: 1, retain: true });
    const kept = watcher.subscribe('kept', { qos: 1 });
    const first = await kept.next();
    assert.deepEqual([first.value?.text(), first.value?.retain], ['old', true]);
    const wills = watcher.subscribe('wills/#', { qos: 1 });
    await wills.ready;
    const will = { topic: 'wills/lamp', payload: 'gone', qos: 1 } as const;
    const { proxy, cut } = await startProxy(t, url);
    if (proxy === undefined) return; // over WebSocket the cut would be the same
    const lamp = await connect(proxy, { will, reconnect: false });
    cut();
    const next = await wills.next();
    assert.equal(next.value?.text(), 'gone');
    await lamp.end();
  });

  const held = `@magpie/client is not held up by a filter that ${name} has and it has forgotten`;
  test(held, LIMIT, async (t) => {
    const { url } = await start(t);
    const options = { clientId: 'restarted', cleanSession: false } as const;
    const before = await connect(url, options);
    const filters = ['wanted', 'forgotten'].map((filter) => before.subscribe(filter, { qos: 1 }));
    await Promise.all(filters.map(({ ready }) => ready));
    await before.end();
    await using sender = await connect(url);
    const count = 100; // mosquitto's window is 20
    for (let number = 0; number < count; number++) {
      void sender.publish('forgotten', String(number), { qos: 1 });
      await sender.publish('wanted', String(number), { qos: 1 });
    }
    await using after = createClient(url, { ...options, unclaimed: { afterMs: 50 } });
    const wanted = after.subscribe('wanted', { qos: 1 });
    await after.start();
    let next = 0;
    for await (const message of wanted) {
      assert.equal(message.text(), String(next));
      if (++next === count) break;
    }
    while (after.statistics().messagesDropped < count) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  });

  test(`@magpie/client loses nothing over connections to ${name} that break`, LIMIT, async (t) => {
    const { url } = await start(t);
    const { proxy, cut } = await startProxy(t, url);
    if (proxy === undefined) return;
    const options = { cleanSession: false, reconnect: { minMs: 5, maxMs: 20 } } as const;
    const receiver = createClient(proxy, { ...options, clientId: 'receiver', retryInitial: true });
    const got: number[] = [];
    const keep = (message: { text(): string }) => void got.push(Number(message.text()));
    const { ready } = receiver.subscribe('t', { qos: 2 }, keep);
    await receiver.start();
    await ready;
    const sender = await connect(proxy, { ...options, clientId: 'sender' });
    const sent = Array.from({ length: 400 }, (_, number) => number);
    const all: Promise<void>[] = [];
    for (const number of sent) {
      all.push(sender.publish('t', String(number), { qos: 2 }));
      if (number % 80 === 79) {
        await all.at(-40);
        cut();
      }
    }
    await Promise.all(all);
    while (new Set(got).size < sent.length) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    assert.deepEqual(repeats ? [...new Set(got)].toSorted((a, b) => a - b) : got, sent);
    await sender.end();
    await receiver.end();
  });
}

test('@magpie/client says what a refusal means, and what to try', LIMIT, async (t) => {
  const refuseAll = { authenticate: () => ({ allowed: false, why: 'not-authorized' }) as const };
  const { host, tcpPort } = await startBroker(t, { authenticator: refuseAll });
  await assert.rejects(connect(`mqtt://${host}:${tcpPort}`), {
    name: 'ConnectRefusedError',
    returnCode: 5,
    message: /this client may not connect \(5\): check its rights/,
  });
});

/** A way to the broker that can be cut. */
async function startProxy(
  t: TestContext,
  url: string,
): Promise<{ proxy: string | undefined; cut: () => void }> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'mqtt:') return { proxy: undefined, cut: () => {} };
  const sockets = new Set<Socket>();
  const cut = () => sockets.forEach((socket) => socket.destroy());
  const server = createServer((inner) => {
    const outer = createConnection({ host: hostname, port: Number(port) });
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        inner.destroy();
        outer.destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    cut();
  });
  return { proxy: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}
