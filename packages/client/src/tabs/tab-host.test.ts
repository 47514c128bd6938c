import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientWorld, clientWorld } from '../client-world.testing.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { IndexedDbOutbox } from '../outbox/indexeddb/indexeddb-outbox.js';
import { WebLock } from '../outbox/indexeddb/web-lock.js';
import { FakeLocks, fakeWebStorage } from '../outbox/indexeddb/web-storage.testing.js';
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
  const host = new TabHost({ open, locks, clock, id: 'host' });
  const openTab = async (name: string) => {
    const lock = await WebLock.acquire(locks, tabLock(name));
    const port = new RecordingPort<HostReply, TabRequest>();
    host.accept(port);
    port.tell({ type: 'hello', tab: name });
    await settled();
    return { lock, port };
  };
  return { host, worlds, clock, openTab };
}

async function act(world: ClientWorld, acting: () => void): Promise<void> {
  acting();
  await world.settle();
}

const subscribe = { type: 'subscribe', id: 1, filter: 'a', qos: 1, bufferMax: 5 } as const;

test('TabHost begins with the first tab, welcomes each, and tells all of them states', async () => {
  const { host, worlds, openTab } = start();
  const one = await openTab('one');
  const two = await openTab('two');
  assert.equal(worlds.length, 1);
  const [welcome] = one.port.take();
  assert.deepEqual(welcome, {
    type: 'welcome',
    host: 'host',
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
  const host = new TabHost({ open, locks: new FakeLocks(), clock: new ManualClock(), id: 'h' });
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
  const publish = {
    type: 'publish',
    topic: 't',
    payload: Buffer.from('x'),
    retain: false,
  } as const;
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
