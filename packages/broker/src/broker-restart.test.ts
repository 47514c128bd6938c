/** What a broker knows that was killed, when it is started again: on a disk that forgets. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Connect, QoS } from '@magpie/protocol';
import { type Broker, createBroker } from './broker.js';
import type { BrokerOptions } from './broker-options.js';
import { MemoryListener } from './memory-listener.testing.js';
import type { Principal } from './model/principal.js';
import { CrashStore } from './stores/crash-store.testing.js';
import { TestClient } from './test-client.testing.js';

interface World {
  readonly broker: Broker;
  readonly listener: MemoryListener;
}

async function start(
  t: TestContext,
  store: CrashStore,
  options: BrokerOptions = {},
): Promise<World> {
  const broker = await createBroker({ ...options, store });
  t.after(() => {
    const closed = broker.close();
    return untilSafe(store, closed);
  });
  const listener = new MemoryListener();
  await broker.listen(listener);
  return { broker, listener };
}

/** Ends every commit until this has happened. */
async function untilSafe<T>(store: CrashStore, happening: Promise<T>): Promise<T> {
  const waiting = new Set([happening]);
  void happening.finally(() => waiting.clear()).catch(() => {});
  while (waiting.size > 0) await store.succeed();
  return happening;
}

/** Everything that was written is safe. */
async function safe(store: CrashStore): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    if (store.committing) quiet = 0;
    await store.succeed();
  }
}

const PERSISTENT = { cleanSession: false };

function will(payload: string, qos: QoS = 1): Connect['will'] {
  return { topic: 'will', payload: Buffer.from(payload), qos, retain: true };
}

/** A subscriber to wills with a session that stays, and three clients that have a will. */
async function worldWithWills(t: TestContext, store: CrashStore): Promise<void> {
  const { listener } = await start(t, store);
  const connect = (clientId: string, fields: Partial<Connect>) =>
    untilSafe(store, TestClient.connected(listener, clientId, fields));
  const subscriber = await connect('subscriber', PERSISTENT);
  await untilSafe(store, subscriber.subscribe(['will', 2]));
  await connect('clean', { will: will('clean', 2) });
  await connect('persistent', { ...PERSISTENT, will: will('persistent') });
  const polite = await connect('polite', { will: will('polite') });
  polite.send({ type: 'disconnect' });
  await polite.closedByPeer();
  await safe(store);
}

/** What waits for the subscriber. */
async function received({ listener }: World, store: CrashStore): Promise<string[]> {
  const connecting = TestClient.connected(listener, 'subscriber', PERSISTENT);
  const subscriber = await untilSafe(store, connecting);
  await safe(store);
  return subscriber.nothingMore();
}

const WILLS = ['will=clean @ 2 id 1', 'will=persistent @ 1 id 2'];

test('Broker publishes the wills of clients that were connected when it was killed', async (t) => {
  const store = new CrashStore();
  await worldWithWills(t, store);
  const after = store.crashed(false);
  const world = await start(t, after);
  assert.equal(world.broker.gauges().retainedMessages, 1);
  assert.deepEqual(await received(world, after), WILLS);
});

for (const done of [false, true]) {
  const when = done ? 'after' : 'before';
  test(`Broker publishes wills once, though it is killed ${when} the commit of that`, async (t) => {
    const store = new CrashStore();
    await worldWithWills(t, store);
    const second = store.crashed(false);
    await start(t, second);
    await turn(); // that has published them and begun its commit
    assert.equal(second.committing, true);
    const third = second.crashed(done);
    const world = await start(t, third);
    await safe(third);
    assert.equal(world.broker.gauges().retainedMessages, 1);
    // What was in a queue before the restart may have been sent.
    const got = await received(world, third);
    assert.deepEqual(
      got.map((line) => line.replace(' dup', '')),
      WILLS,
    );
    const fourth = await start(t, third.crashed(false));
    assert.equal(fourth.broker.counters.dropped['no-subscriber'], 0);
    assert.deepEqual((await third.load()).wills, []);
  });
}

test('Broker asks the authorizer about wills of clients of an earlier process', async (t) => {
  const store = new CrashStore();
  await worldWithWills(t, store);
  const after = store.crashed(false);
  const asked: string[] = [];
  const authorizer = {
    mayPublish({ clientId, address }: Principal, topic: string) {
      asked.push(`${clientId} of ${address}: ${topic}`);
      return clientId !== 'clean';
    },
    maySubscribe: () => true,
  };
  const world = await start(t, after, { authorizer });
  assert.deepEqual(asked, ['clean of memory: will', 'persistent of memory: will']);
  assert.deepEqual(await received(world, after), ['will=persistent @ 1 id 1']);
  assert.equal(world.broker.counters.dropped.denied, 1);
});

test('Broker leaves a will to the next start if the authorizer has not answered', async (t) => {
  const store = new CrashStore();
  await worldWithWills(t, store);
  const second = store.crashed(false);
  const authorizer = {
    mayPublish: () => new Promise<boolean>(() => {}),
    maySubscribe: () => true,
  };
  const { broker } = await start(t, second, { authorizer });
  await untilSafe(second, broker.close());
  const third = second.crashed(false);
  assert.deepEqual(await received(await start(t, third), third), WILLS);
});

test('Broker publishes wills before anything that comes after the restart', async (t) => {
  const store = new CrashStore();
  await worldWithWills(t, store);
  const after = store.crashed(false);
  const broker = await createBroker({ store: after });
  t.after(() => untilSafe(after, broker.close()));
  const seen: string[] = [];
  broker.subscribe('#', ({ payload }) => void seen.push(Buffer.from(payload).toString()));
  const listener = new MemoryListener();
  const listening = broker.listen(listener);
  assert.deepEqual(seen, ['clean', 'persistent']);
  await listening;
  await broker.listen(new MemoryListener());
  assert.equal(seen.length, 2);
});

test('Broker goes on with the retained messages of a subscription', async (t) => {
  const store = new CrashStore();
  const { broker, listener } = await start(t, store, { limits: { inflightMax: 2 } });
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const retained = { topic: `r/${name}`, payload: name, qos: 1, retain: true } as const;
    await untilSafe(store, broker.publish(retained));
  }
  const connecting = TestClient.connected(listener, 'subscriber', PERSISTENT);
  const subscriber = await untilSafe(store, connecting);
  const subscriptions = [{ filter: 'r/+', qos: 1 }] as const;
  subscriber.send({ type: 'subscribe', packetId: 1, subscriptions });
  await safe(store);
  assert.deepEqual(await subscriber.messages(2), [
    'r/a=a @ 1 id 1 retain',
    'r/b=b @ 1 id 2 retain',
  ]);
  await subscriber.next('suback');
  const live = { topic: 'r/live', payload: 'live', qos: 1 } as const;
  await untilSafe(store, broker.publish(live));
  subscriber.send({ type: 'puback', packetId: 1 });
  assert.equal(await subscriber.message(), 'r/c=c @ 1 id 3 retain');
  await safe(store);

  const after = store.crashed(false);
  const world = await start(t, after);
  // Nobody knows which of them were sent.
  assert.deepEqual(await received(world, after), [
    'r/b=b @ 1 id 2 dup retain',
    'r/c=c @ 1 id 3 dup retain',
    'r/d=d @ 1 id 4 dup retain',
    'r/e=e @ 1 id 5 dup retain',
    'r/live=live @ 1 id 6 dup',
  ]);
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('Broker keeps a session for its user across a kill, and closes nobody else’s', async (t) => {
  const byName = { authenticate: () => ({ allowed: true }) as const };
  const store = new CrashStore();
  const before = await start(t, store, { authenticator: byName });
  const ann = { ...PERSISTENT, username: 'ann' };
  const client = await untilSafe(store, TestClient.connected(before.listener, 'c', ann));
  await untilSafe(store, client.subscribe(['t', 1]));
  const codes = async ({ listener }: World, disk: CrashStore) => {
    const found: number[] = [];
    for (const username of ['bob', undefined]) {
      const other = new TestClient(listener.connect());
      const answer = other.connect({ clientId: 'c', ...PERSISTENT, username });
      found.push((await untilSafe(disk, answer)).returnCode);
    }
    return found;
  };
  assert.deepEqual(await codes(before, store), [2, 2]);
  before.broker.publish({ topic: 't', payload: 'still there', qos: 1 }).catch(() => {});
  await safe(store);
  assert.match(await client.message(), /^t=still there/);

  const disk = store.crashed(false);
  const after = await start(t, disk, { authenticator: byName });
  assert.deepEqual(await codes(after, disk), [2, 2]);
  assert.equal(after.broker.counters.takeoversRefused, 2);
  const again = new TestClient(after.listener.connect());
  const answer = await untilSafe(disk, again.connect({ clientId: 'c', ...ann }));
  assert.deepEqual([answer.returnCode, answer.sessionPresent], [0, true]);
});
