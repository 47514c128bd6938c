import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedWorld } from '../client-world.testing.js';
import { HostedTab, STALL_MS } from './hosted-tab.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { RecordingPort } from './tab-world.testing.js';

async function start() {
  const world = await connectedWorld({ keepAlive: 0 });
  const port = new RecordingPort<HostReply, TabRequest>();
  const session = { client: world.client, outbox: undefined };
  const tab = new HostedTab('tab', { port, session, clock: world.clock });
  const subscribe = async (id: number, filter: string, packetId: number) => {
    tab.handle({ type: 'subscribe', id, filter, qos: 1, bufferMax: 5 });
    await world.settle();
    world.server.send({ type: 'suback', packetId, returnCodes: [1] });
    await world.settle();
    world.server.take();
    port.take();
  };
  const publish = async (topic: string, packetId: number, payload = 'x') => {
    world.server.publish({ topic, payload: Buffer.from(payload), qos: 1, packetId });
    await world.settle();
  };
  return { ...world, world, port, tab, subscribe, publish };
}

const typesOf = (replies: readonly HostReply[]) => replies.map(({ type }) => type);

test('HostedTab publishes, and tells when it is done or why not', async () => {
  const { world, port, tab } = await start();
  const publish = {
    type: 'publish',
    topic: 't',
    payload: Buffer.from('x'),
    retain: false,
  } as const;
  tab.handle({ ...publish, number: 1, qos: 1 });
  await world.settle();
  assert.deepEqual(port.take(), []);
  world.server.send({ type: 'puback', packetId: 1 });
  await world.settle();
  assert.deepEqual(port.take(), [{ type: 'settled', number: 1, error: undefined }]);
  tab.handle({ ...publish, number: 2, qos: 1, topic: '#' });
  await world.settle();
  const [settled] = port.take();
  assert.match(settled?.type === 'settled' ? settled.error!.message : '', /Cannot publish to '#'/);
});

test('HostedTab hands on one message at a time, and acknowledges what is done', async () => {
  const { world, port, tab, subscribe, publish } = await start();
  await subscribe(7, 'a', 1);
  assert.deepEqual(tab.filters(), ['a']);
  await publish('a', 1);
  await publish('a', 2);
  assert.deepEqual(typesOf(port.take()), ['message']);
  assert.deepEqual(world.server.take(), []);
  tab.handle({ type: 'done', id: 7 });
  await world.settle();
  assert.deepEqual(world.server.take(), ['puback 1']);
  assert.deepEqual(typesOf(port.take()), ['message']);
});

test('HostedTab tells a refusal', async () => {
  const { world, port, tab } = await start();
  tab.handle({ type: 'subscribe', id: 7, filter: 'a', qos: 1, bufferMax: 5 });
  await world.settle();
  world.server.send({ type: 'suback', packetId: 1, returnCodes: [0x80] });
  await world.settle();
  assert.deepEqual(typesOf(port.take()), ['refused']);
  assert.deepEqual(tab.filters(), []);
});

test('HostedTab lets others go on when its tab does not answer, and tells it later', async () => {
  const { world, port, tab, subscribe, publish } = await start();
  await subscribe(7, 'a', 1);
  await publish('a', 1);
  world.clock.advance(STALL_MS - 1);
  await world.settle();
  assert.deepEqual(
    world.server.take().filter((packet) => packet.startsWith('puback')),
    [],
  );
  world.clock.advance(1);
  await publish('a', 2);
  await publish('a', 3);
  const acknowledged = world.server.take().filter((packet) => packet.startsWith('puback'));
  assert.deepEqual(acknowledged, ['puback 1', 'puback 2', 'puback 3']);
  assert.deepEqual(typesOf(port.take()), ['message']);
  tab.handle({ type: 'done', id: 7 });
  assert.deepEqual(port.take(), [{ type: 'dropped', id: 7, count: 2 }]);
  await publish('a', 4);
  assert.deepEqual(typesOf(port.take()), ['message']);
});

test('HostedTab.leave() unsubscribes, lets go of its message and says nothing more', async () => {
  const { world, port, tab, subscribe, publish } = await start();
  await subscribe(7, 'a', 1);
  await publish('a', 1);
  port.take();
  tab.leave();
  await world.settle();
  assert.deepEqual(world.server.take(), ['puback 1', 'unsubscribe 2 a']);
  assert.deepEqual([port.take(), port.closed], [[], true]);
});

test('HostedTab.abandon() leaves subscriptions and messages to the next host', async () => {
  const { world, port, tab, subscribe, publish } = await start();
  await subscribe(7, 'a', 1);
  await publish('a', 1);
  port.take();
  tab.abandon();
  await world.client.end({ drain: false });
  assert.deepEqual(world.server.take(), ['disconnect']);
  assert.deepEqual(port.take(), []);
});

test('HostedTab gives the numbers of the shared client', async () => {
  const { port, tab } = await start();
  tab.handle({ type: 'statistics', number: 4 });
  const [reply] = port.take();
  assert.ok(reply?.type === 'statistics');
  assert.deepEqual([reply.number, reply.statistics.state], [4, 'connected']);
  assert.deepEqual(structuredClone(reply), reply);
});
