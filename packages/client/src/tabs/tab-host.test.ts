import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientWorld, clientWorld } from '../client-world.testing.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { IndexedDbOutbox } from '../outbox/indexeddb/indexeddb-outbox.js';
import { WebLock } from '../outbox/indexeddb/web-lock.js';
import { FakeLocks, fakeWebStorage } from '../outbox/indexeddb/web-storage.testing.js';
import { MemoryOutbox } from '../outbox/memory-outbox.js';
import { joinedLock, REJOIN_MS } from './roll-call.js';
import { TabHost, tabLock } from './tab-host.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { TabOutbox } from './tab-outbox.js';
import { RecordingPort, settled } from './tab-world.testing.js';

function start(storage = fakeWebStorage(), keep = false) {
  const locks = storage.navigator!.locks as FakeLocks;
  const clock = new ManualClock();
  const worlds: ClientWorld[] = [];
  const open = async () => {
    const kept = keep
      ? await TabOutbox.of(await IndexedDbOutbox.open('a', {}, storage))
      : undefined;
    const options = kept === undefined ? {} : { outbox: kept, cleanSession: false };
    const world = clientWorld({ clientId: 'c', retryInitial: true, ...options });
    worlds.push(world);
    return { client: world.client, outbox: kept };
  };
  const host = new TabHost({ open, locks, clock, id: 'host', connection: 'c' });
  const openTab = async (name: string) => {
    const lock = await WebLock.acquire(locks, tabLock(name));
    return { lock, port: await join(host, name) };
  };
  return { host, worlds, clock, openTab };
}

async function join(host: TabHost, name: string): Promise<RecordingPort<HostReply, TabRequest>> {
  const port = new RecordingPort<HostReply, TabRequest>();
  host.accept(port);
  port.tell({ type: 'hello', tab: name });
  await settled();
  return port;
}

/** A host whose predecessor has left tabs behind. */
async function takeOver(names: readonly string[]) {
  const storage = fakeWebStorage();
  const locks = storage.navigator!.locks!;
  const held = new Map<string, WebLock>();
  for (const name of names) {
    held.set(name, await WebLock.acquire(locks, tabLock(name)));
    await WebLock.acquire(locks, joinedLock('c', name));
  }
  return { ...start(storage, true), storage, held };
}

async function act(world: ClientWorld, acting: () => void): Promise<void> {
  acting();
  await world.settle();
}

const subscribe = { type: 'subscribe', id: 1, filter: 'a', qos: 1, bufferMax: 5 } as const;
const publish = {
  type: 'publish',
  topic: 't',
  payload: new TextEncoder().encode('x'),
  retain: false,
} as const;

test('TabHost begins with the first tab, welcomes each, and tells all of them states', async () => {
  const { host, worlds, openTab } = start();
  const one = await openTab('one');
  const two = await openTab('two');
  assert.equal(worlds.length, 1);
  const [welcome] = one.port.take();
  assert.deepEqual(welcome, {
    type: 'welcome',
    host: 'host',
    connection: 'c',
    state: { type: 'connecting', server: 'one', attempt: 1 },
    accepted: 0,
  });
  two.port.take();
  await act(worlds[0]!, () => worlds[0]!.server.accept());
  for (const { port } of [one, two]) {
    assert.deepEqual(
      port.take().map((reply) => (reply.type === 'state' ? reply.state.type : reply.type)),
      ['connected'],
    );
  }
  await host.close();
});

test('TabHost notices that a tab is gone by its lock, and unsubscribes', async () => {
  const { host, worlds, openTab } = start();
  const one = await openTab('one');
  await openTab('two');
  const [world] = worlds;
  await act(world!, () => world!.server.accept());
  await act(world!, () => one.port.tell(subscribe));
  await act(world!, () => world!.server.send({ type: 'suback', packetId: 1, returnCodes: [1] }));
  world!.server.take();
  await one.lock.release();
  await settled();
  await world!.settle();
  assert.deepEqual(world!.server.take(), ['unsubscribe 2 a']);
  await host.close();
});

test('TabHost ends with the last tab, and begins again with the next', async () => {
  const { host, worlds, openTab } = start();
  const one = await openTab('one');
  await act(worlds[0]!, () => worlds[0]!.server.accept());
  one.port.tell({ type: 'bye' });
  await settled();
  assert.equal(worlds[0]!.client.state.type, 'ended');
  const two = await openTab('two');
  assert.equal(worlds.length, 2);
  assert.equal(two.port.take()[0]?.type, 'welcome');
  await host.close();
});

test('TabHost tells its tabs when the client gives up, and begins anew with the next', async () => {
  const { host, worlds, openTab } = start();
  const one = await openTab('one');
  one.port.take();
  const [world] = worlds;
  for (let attempt = 0; attempt < 3; attempt++) {
    await act(world!, () => {
      world!.server.open();
      world!.server.send({ type: 'connack', sessionPresent: false, returnCode: 5 });
      world!.clock.advance(2000);
    });
  }
  const last = one.port.take().findLast(({ type }) => type === 'state');
  assert.equal(last?.type === 'state' ? last.state.type : '', 'ended');
  await openTab('two');
  assert.equal(worlds.length, 2);
  await host.close();
});

test('TabHost tells a tab why there is no connection', async () => {
  const open = () => Promise.reject(new Error('no room'));
  const clock = new ManualClock();
  const host = new TabHost({ open, locks: new FakeLocks(), clock, id: 'h', connection: 'c' });
  const port = new RecordingPort<HostReply, TabRequest>();
  host.accept(port);
  port.tell({ type: 'hello', tab: 'one' });
  await settled();
  const error = { code: undefined, message: 'no room', advice: '' };
  assert.deepEqual(port.take(), [{ type: 'failed', error }]);
});

test('TabHost takes over what is accepted, and unsubscribes what nobody wants', async () => {
  const storage = fakeWebStorage();
  const first = start(storage, true);
  const one = await first.openTab('one');
  const two = await first.openTab('two');
  const [world] = first.worlds;
  await act(world!, () => world!.server.accept());
  await act(world!, () => one.port.tell(subscribe));
  await act(world!, () => two.port.tell({ ...subscribe, filter: 'b' }));
  two.port.tell({ ...publish, number: 4, qos: 2 });
  await settled();
  await world!.settle();
  await first.host.close();
  await one.lock.release(); // that tab goes with its host
  await two.lock.release();

  const second = start(storage, true);
  const again = await second.openTab('two');
  const [welcome, ...more] = again.port.take();
  assert.equal(welcome?.type === 'welcome' ? welcome.accepted : undefined, 4);
  assert.deepEqual(more, []);
  const [next] = second.worlds;
  await act(next!, () => next!.server.accept(true));
  assert.deepEqual(next!.server.take().slice(1), ['publish 2 t=x id 3 dup']);
  again.port.tell({ ...subscribe, filter: 'b' });
  next!.server.send({ type: 'pubrec', packetId: 3 });
  await settled();
  await next!.settle();
  next!.server.send({ type: 'pubcomp', packetId: 3 });
  await settled();
  assert.equal(
    again.port.take().some(({ type }) => type === 'restored'),
    true,
  );
  await next!.settle();
  next!.server.take();
  second.clock.advance(10_000);
  await next!.settle();
  assert.deepEqual(
    next!.server.take().map((packet) => packet.replace(/ \d+/, '')),
    ['subscribe a@0', 'unsubscribe a'],
  );
  await second.host.close();
});

test('TabHost receives nothing before the tabs of its predecessor have subscribed', async () => {
  const { host, worlds, held } = await takeOver(['one', 'two', 'three']);
  const ports = [await join(host, 'one')];
  ports[0]!.tell(subscribe);
  ports[0]!.tell({ type: 'resumed' });
  ports[0]!.tell({ ...publish, number: 1, qos: 1 });
  ports.push(await join(host, 'two'));
  await held.get('three')!.release(); // that tab is gone
  await settled();
  const [world] = worlds;
  assert.deepEqual(world!.connections, []);
  ports[1]!.tell(subscribe);
  ports[1]!.tell({ type: 'resumed' });
  await settled();
  await world!.settle();
  await settled(); // the outbox has it
  await act(world!, () => world!.server.accept(true));
  assert.deepEqual(world!.server.take(), ['connect', 'subscribe 2 a@1', 'publish 1 t=x id 1']);
  const message = { topic: 'a', payload: Buffer.from('x'), qos: 1, packetId: 1 } as const;
  await act(world!, () => world!.server.publish(message));
  for (const port of ports) {
    const got = port.take().filter(({ type }) => type === 'message');
    assert.equal(got.length, 1);
    await act(world!, () => port.tell({ type: 'done', id: 1 }));
  }
  assert.deepEqual(world!.server.take(), ['puback 1']);
  await host.close();
});

test('TabHost waits no longer for a tab than it may', async () => {
  const { host, worlds, clock } = await takeOver(['one', 'frozen']);
  const port = await join(host, 'one');
  port.tell({ type: 'resumed' });
  await settled();
  clock.advance(REJOIN_MS - 1);
  await settled();
  assert.deepEqual(worlds[0]!.connections, []);
  clock.advance(1);
  await settled();
  assert.equal(worlds[0]!.connections.length, 1);
  await host.close();
});

test('TabHost has not accepted what is published while it waits, should it go', async () => {
  const { host, storage } = await takeOver(['one', 'two']);
  const port = await join(host, 'one');
  port.tell({ type: 'resumed' });
  port.tell({ ...publish, number: 1, qos: 2 });
  await host.close();
  assert.deepEqual(
    port.take().map(({ type }) => type),
    ['welcome'],
  );
  const next = start(storage, true).host;
  const [welcome] = (await join(next, 'one')).take();
  assert.equal(welcome?.type === 'welcome' ? welcome.accepted : undefined, 0);
  await next.close();
});

test('TabHost tells who has come that there is no connection, and begins anew', async () => {
  const locks = new FakeLocks();
  await WebLock.acquire(locks, joinedLock('c', 'one'));
  const load = () => Promise.reject(new Error('no'));
  const outbox = Object.assign(new MemoryOutbox(), { load });
  const worlds: ClientWorld[] = [];
  const open = () => {
    const options = worlds.length === 0 ? { outbox, cleanSession: false } : {};
    worlds.push(clientWorld({ clientId: 'c', ...options }));
    return Promise.resolve({ client: worlds.at(-1)!.client, outbox: undefined });
  };
  const clock = new ManualClock();
  const host = new TabHost({ open, locks, clock, id: 'h', connection: 'c' });
  await WebLock.acquire(locks, tabLock('one'));
  const port = await join(host, 'one');
  port.tell({ type: 'resumed' });
  await settled();
  assert.deepEqual(port.take().at(-1)?.type, 'failed');
  assert.equal(worlds[0]!.client.state.type, 'ended');
  await join(host, 'two');
  assert.equal(worlds.length, 2);
  await host.close();
});
