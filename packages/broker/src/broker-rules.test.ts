/** A broker that decides by access rules, and its clients. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { rulesIn } from './auth/rules/rules.testing.js';
import { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import { type Broker, createBroker } from './broker.js';
import type { BrokerOptions } from './broker-options.js';
import { MemoryListener } from './memory-listener.testing.js';
import { freshFolder } from './stores/lmdb/fresh-folder.testing.js';
import { LmdbStore } from './stores/lmdb/lmdb-store.js';
import { TestClient } from './test-client.testing.js';

interface World {
  readonly broker: Broker;
  readonly authorizer: RuleAuthorizer;
  readonly listener: MemoryListener;
}

/** A broker under these rules that takes every user at his word. */
async function start(
  t: TestContext,
  lines: readonly string[],
  options: BrokerOptions = {},
): Promise<World> {
  const authorizer = new RuleAuthorizer(rulesIn(...lines));
  const authenticator = { authenticate: () => ({ allowed: true }) as const };
  const broker = await createBroker({ ...options, authenticator, authorizer });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  return { broker, authorizer, listener };
}

const ALL = '{ allow: both, topics: "#" }';
const NOT_SECRET = ['{ deny: both, topics: secret/# }', ALL];

test('Broker under rules knows a client by its certificate', async (t) => {
  const line = '{ allow: both, who: { certificate: { CN: press-1 } }, topics: press/# }';
  const { listener } = await start(t, [line]);
  const certificate = { commonNames: ['press-1'], dnsNames: [], emails: [], fingerprint: 'AB' };
  const press = new TestClient(listener.connect('192.0.2.1', certificate));
  await press.connect({ clientId: 'p' });
  assert.deepEqual(await press.subscribe(['press/#', 0], ['#', 0]), [0, 0x80]);
  const other = await TestClient.connected(listener, 'o');
  assert.deepEqual(await other.subscribe(['press/#', 0]), [0x80]);
});

test('Broker under rules takes rights away from a client that is connected', async (t) => {
  const { broker, authorizer, listener } = await start(t, [ALL]);
  const client = await TestClient.connected(listener, 'c', { username: 'u' });
  await client.subscribe(['secret/a', 0], ['open/a', 0]);
  authorizer.replace(rulesIn(...NOT_SECRET));
  const [revocation, ...others] = await broker.recheck();
  const filters = ['secret/a'];
  assert.deepEqual(revocation, { clientId: 'c', username: 'u', connected: true, filters });
  assert.deepEqual(others, []);
  await broker.publish({ topic: 'secret/a', payload: 'm' });
  await broker.publish({ topic: 'open/a', payload: 'm' });
  client.publish('secret/a');
  assert.deepEqual(await client.nothingMore(), ['open/a=m @ 0']);
  assert.equal(broker.gauges().subscriptions, 1);
  assert.equal(broker.counters.dropped.denied, 1);
});

test('Broker under rules that changed while it was down keeps to them', async (t) => {
  const folder = await freshFolder(t);
  const first = await start(t, [ALL], { store: await LmdbStore.open(folder) });
  const lasting = { cleanSession: false, username: 'u' };
  const client = await TestClient.connected(first.listener, 'c', lasting);
  await client.subscribe(['secret/#', 1], ['+/a', 1]);
  client.peer.hangUp();
  for (const topic of ['secret/a', 'open/a', 'secret/b']) {
    await first.broker.publish({ topic, payload: 'm', qos: 1 });
  }
  await first.broker.close();

  const next = await start(t, NOT_SECRET, { store: await LmdbStore.open(folder) });
  assert.equal(next.broker.gauges().subscriptions, 0, '+/a is no longer all allowed either');
  const again = await TestClient.connected(next.listener, 'c', lasting);
  assert.deepEqual(await again.messages(1), ['open/a=m @ 1 id 2 dup']);
  assert.deepEqual(await again.nothingMore(), []);
  assert.equal(next.broker.counters.dropped['receiver-denied'], 2);
  await next.broker.close(); // before its folder goes
});

test('Broker under rules publishes no will that its client may not publish', async (t) => {
  const { broker, authorizer, listener } = await start(t, [ALL]);
  const watcher = await TestClient.connected(listener, 'w');
  await watcher.subscribe(['#', 0]);
  const will = { topic: 'secret/x', payload: Buffer.from('gone'), qos: 0, retain: true } as const;
  const client = await TestClient.connected(listener, 'c', { will });
  authorizer.replace(rulesIn('{ deny: publish, topics: secret/# }', ALL));
  await broker.recheck();
  const left = new Promise<void>((resolve) => {
    broker.on('disconnected', () => resolve());
  });
  client.peer.hangUp();
  await left;
  assert.deepEqual(await watcher.nothingMore(), []);
  assert.deepEqual([broker.counters.dropped.denied, broker.gauges().retainedMessages], [1, 0]);
});

test('Broker under rules tells a client what it may not publish, and nobody else', async (t) => {
  const { listener } = await start(t, ['{ allow: both, topics: open/# }']);
  const client = await TestClient.connected(listener, 'c');
  const other = await TestClient.connected(listener, 'd');
  const own = await client.subscribe(['$SYS/clients/c/denied', 0]);
  const spied = await other.subscribe(
    ['$SYS/clients/c/denied', 0],
    ['$SYS/clients/+/denied', 0],
    ['$share/g/$SYS/clients/c/denied', 0],
    ['$SYS/clients/d/denied', 0],
  );
  assert.deepEqual([own, spied], [[0], [0x80, 0x80, 0x80, 0]]);
  client.publish('closed/x', 'm', { qos: 1, packetId: 5 });
  const told = await client.message();
  assert.match(told, /^\$SYS\/clients\/c\/denied=\{"topic":"closed\/x","qos":1,.*"rule":null/);
  await client.next('puback');
  assert.deepEqual(await other.nothingMore(), []);
  other.publish('$SYS/clients/c/denied', 'forged');
  await other.nothingMore();
  assert.deepEqual(await client.nothingMore(), []);
});
