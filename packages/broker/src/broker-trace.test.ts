/** Clients of a broker, its store in memory and on disk, and what a trace tells of messages. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Connect, QoS } from '@magpie/protocol';
import { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import { rulesIn } from './auth/rules/rules.testing.js';
import { type Broker, createBroker } from './broker.js';
import type { BrokerOptions } from './broker-options.js';
import { MemoryListener } from './memory-listener.testing.js';
import { linesUntil, stationLines } from './observe/trace/station-line.testing.js';
import type { TraceView } from './observe/trace/trace.js';
import type { TraceOptions } from './observe/trace/trace-order.js';
import { freshFolder } from './stores/lmdb/fresh-folder.testing.js';
import { LmdbStore } from './stores/lmdb/lmdb-store.js';
import { TestClient } from './test-client.testing.js';

const STORES = ['memory', 'disk'] as const;
type StoreKind = (typeof STORES)[number];

class Scene {
  readonly broker: Broker;
  readonly trace: TraceView;
  readonly #listener = new MemoryListener();

  private constructor(broker: Broker, order: TraceOptions) {
    this.broker = broker;
    this.trace = broker.traces.start(order);
  }

  static async start(
    t: TestContext,
    kind: StoreKind,
    options: BrokerOptions = {},
    order: TraceOptions = { topic: 't/#' },
  ): Promise<Scene> {
    const brokers: Broker[] = [];
    t.after(() => brokers[0]?.close()); // before its folder goes
    const onDisk = kind === 'disk' && { store: await LmdbStore.open(await freshFolder(t)) };
    const broker = await createBroker({ ...options, ...onDisk });
    brokers.push(broker);
    const scene = new Scene(broker, order);
    await broker.listen(scene.#listener);
    return scene;
  }

  join(clientId: string, fields: Partial<Connect> = {}): Promise<TestClient> {
    return TestClient.connected(this.#listener, clientId, fields);
  }

  async sub(clientId: string, filter: string, qos: QoS, fields: Partial<Connect> = {}) {
    const client = await this.join(clientId, fields);
    await client.subscribe([filter, qos]);
    return client;
  }

  /** A session that stays. */
  stays(clientId: string, filter: string, qos: QoS) {
    return this.sub(clientId, filter, qos, { cleanSession: false });
  }

  async leaves(client: TestClient): Promise<void> {
    client.send({ type: 'disconnect' });
    await client.peer.closed;
  }
}

for (const kind of STORES) {
  const stored = kind === 'disk' ? 'stored on disk' : 'stored';

  test(`broker.traces: QoS 0 is sent and done (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind);
    const subscriber = await scene.sub('c', 't/#', 2);
    const publisher = await scene.join('p');
    publisher.publish('t/1', 'hello');
    publisher.publish('other', 'hello');
    assert.equal(await subscriber.message(), 't/1=hello @ 0');
    assert.deepEqual(stationLines(scene.trace), [
      'received p t/1 @ 0',
      'authorised',
      'matched 1',
      'sent c @ 0',
      'settled',
    ]);
    const [first] = scene.trace.read(0).stations;
    assert.equal(first?.bytes, 5);
    assert.equal(first.payload, undefined);
  });

  test(`broker.traces: QoS 1 to a clean session touches no store (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind);
    const subscriber = await scene.sub('c', '#', 1);
    const publisher = await scene.join('p');
    publisher.publish('t/1', 'm', { qos: 1, packetId: 7 });
    const { packetId } = await subscriber.next('publish');
    subscriber.send({ type: 'puback', packetId });
    assert.deepEqual(await linesUntil(scene.trace, 'acknowledged c puback'), [
      'received p t/1 @ 1',
      'authorised',
      'matched 1',
      'sent c @ 1',
      'answered puback',
      'acknowledged c puback',
    ]);
  });

  test(`broker.traces: QoS 1 to a session that stays (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind);
    const subscriber = await scene.stays('c', '#', 1);
    const publisher = await scene.join('p');
    publisher.publish('t/1', 'm', { qos: 1, packetId: 7 });
    const { packetId } = await subscriber.next('publish');
    subscriber.send({ type: 'puback', packetId });
    await publisher.next('puback');
    const lines = await linesUntil(scene.trace, 'settled');
    assert.deepEqual(lines.slice(0, 4), [
      'received p t/1 @ 1',
      'authorised',
      'matched 1',
      'sent c @ 1',
    ]);
    assert.deepEqual(lines.slice(4).toSorted(), [
      'acknowledged c puback',
      'answered puback',
      'settled',
      stored,
    ]);
  });

  test(`broker.traces: QoS 2 leaves after its commit (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind);
    const subscriber = await scene.stays('c', '#', 2);
    const publisher = await scene.join('p');
    publisher.publish('t/1', 'm', { qos: 2, packetId: 7 });
    const { packetId } = await subscriber.next('publish');
    subscriber.send({ type: 'pubrec', packetId });
    await subscriber.next('pubrel');
    subscriber.send({ type: 'pubcomp', packetId });
    const lines = await linesUntil(scene.trace, 'acknowledged c pubcomp');
    assert.deepEqual(lines.slice(0, 3), ['received p t/1 @ 2', 'authorised', 'matched 1']);
    assert.deepEqual(lines.slice(3, 5), ['sent c @ 2', stored]);
    assert.deepEqual(lines.slice(5), [
      'answered pubrec',
      'acknowledged c pubrec',
      'acknowledged c pubcomp',
    ]);
  });

  test(`broker.traces: it waits for who is away, and is sent later (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind);
    await scene.leaves(await scene.stays('c', '#', 1));
    const publisher = await scene.join('p');
    publisher.publish('t/0', 'm');
    publisher.publish('t/1', 'm', { qos: 1, packetId: 7 });
    await publisher.next('puback');
    const subscriber = await scene.join('c', { cleanSession: false });
    const { packetId } = await subscriber.next('publish');
    subscriber.send({ type: 'puback', packetId });
    assert.deepEqual(await linesUntil(scene.trace, 'acknowledged c puback'), [
      'received p t/0 @ 0',
      'authorised',
      'matched 1',
      'dropped c offline-qos0',
      'settled',
      'received p t/1 @ 1',
      'authorised',
      'matched 1',
      'queued c @ 1',
      stored,
      'answered puback',
      'sent c @ 1',
      'acknowledged c puback',
    ]);
    const byMessage = scene.trace.read(0).stations.map(({ message }) => message);
    assert.deepEqual(byMessage.slice(0, 13), [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]);
  });

  test(`broker.traces: what was not acknowledged is sent again (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind);
    const lost = await scene.stays('c', '#', 1);
    const publisher = await scene.join('p');
    publisher.publish('t/1', 'm', { qos: 1, packetId: 7 });
    await lost.next('publish');
    lost.peer.hangUp();
    const subscriber = await scene.join('c', { cleanSession: false });
    const { packetId } = await subscriber.next('publish');
    subscriber.send({ type: 'puback', packetId });
    const lines = await linesUntil(scene.trace, 'acknowledged c puback');
    assert.ok(lines.includes('sent c @ 1'));
    assert.deepEqual(lines.slice(-2), ['sent c @ 1 dup', 'acknowledged c puback']);
  });

  for (const queueFullPolicy of ['drop-newest', 'drop-oldest'] as const) {
    test(`broker.traces: a queue that is full drops (${kind}, ${queueFullPolicy})`, async (t) => {
      const limits = { queuedMessagesMax: 1, queueFullPolicy };
      const scene = await Scene.start(t, kind, { limits });
      await scene.leaves(await scene.stays('c', '#', 1));
      const publisher = await scene.join('p');
      for (const packetId of [1, 2]) {
        publisher.publish(`t/${packetId}`, 'm', { qos: 1, packetId });
        await publisher.next('puback');
      }
      const lost = scene.trace.read(0).stations.find(({ reason }) => reason === 'queue-full');
      assert.equal(lost?.clientId, 'c');
      assert.equal(lost.message, queueFullPolicy === 'drop-newest' ? 2 : 1);
    });
  }

  test(`broker.traces: retained, refused, replayed and cleared (${kind})`, async (t) => {
    const scene = await Scene.start(t, kind, { limits: { retainedMessagesMax: 1 } });
    const publisher = await scene.join('p');
    publisher.publish('t/1', 'm', { qos: 1, packetId: 1, retain: true });
    publisher.publish('t/2', 'm', { retain: true });
    await publisher.next('puback');
    const subscriber = await scene.sub('late', 't/1', 1);
    const { packetId } = await subscriber.next('publish');
    subscriber.send({ type: 'puback', packetId });
    await linesUntil(scene.trace, 'acknowledged late puback');
    publisher.publish('t/1', '', { retain: true });
    await linesUntil(scene.trace, 'retained cleared');
    await publisher.nothingMore();
    const lines = scene.trace.read(0).stations.map(({ message, kind: at, outcome, clientId }) => {
      return [message, at, outcome, clientId].filter((word) => word !== undefined).join(' ');
    });
    for (const line of ['1 retained kept', '1 stored', '1 sent late', '2 retained refused']) {
      assert.ok(lines.includes(line), `${line}: ${lines.join(', ')}`);
    }
    assert.ok(!lines.includes('2 stored'));
    assert.ok(lines.includes('3 retained cleared'));
    assert.ok(scene.trace.read(0).stations.some((one) => one.clientId === 'late' && one.retain));
  });
}

test('broker.traces: with rules it is told which one allows, and which one denies', async (t) => {
  const rules = rulesIn('{ deny: publish, topics: t/secret }', '{ allow: both, topics: "#" }');
  const authorizer = new RuleAuthorizer(rules);
  const scene = await Scene.start(t, 'memory', { authorizer });
  const publisher = await scene.join('p');
  publisher.publish('t/open', 'm');
  publisher.publish('t/secret', 'm', { qos: 1, packetId: 1 });
  await publisher.next('puback');
  assert.deepEqual(stationLines(scene.trace), [
    'received p t/open @ 0',
    'authorised by acl.yaml:3',
    'matched 0',
    'dropped no-subscriber',
    'settled',
    'received p t/secret @ 1',
    'dropped denied by acl.yaml:2',
    'answered puback',
    'settled',
  ]);
});

test('broker.traces: an authorizer that takes its time, and one that fails', async (t) => {
  const answers: ((allowed: boolean) => void)[] = [];
  const scene = await Scene.start(t, 'memory', {
    authorizer: {
      mayPublish: (_client, topic) => {
        if (topic === 't/fails') throw new Error('no database');
        return new Promise((resolve) => {
          answers.push(resolve);
        });
      },
      maySubscribe: () => true,
    },
  });
  const publisher = await scene.join('p');
  publisher.publish('t/1', 'm');
  await linesUntil(scene.trace, 'received p t/1 @ 0');
  assert.deepEqual(stationLines(scene.trace), ['received p t/1 @ 0']);
  answers[0]?.(true);
  await linesUntil(scene.trace, 'dropped no-subscriber');
  publisher.publish('t/fails', 'm');
  await publisher.closedByPeer();
  assert.deepEqual(stationLines(scene.trace).slice(-3), [
    'received p t/fails @ 0',
    'dropped authorizer-failed',
    'settled',
  ]);
});

test('broker.traces: too large for its subscriber, and too fast from its publisher', async (t) => {
  const limits = {
    clientPacketBytesMax: 64,
    publishRateMax: 1,
    publishRatePolicy: 'drop-qos0',
  } as const;
  const scene = await Scene.start(t, 'memory', { limits });
  await scene.sub('small', '#', 1);
  const publisher = await scene.join('p');
  for (let count = 0; count < 20; count++) publisher.publish('t/1', 'x'.repeat(60));
  await publisher.nothingMore();
  const lines = stationLines(scene.trace);
  assert.ok(lines.includes('dropped small too-large'), lines.join(', '));
  assert.ok(lines.includes('dropped rate-limited'), lines.join(', '));
});

test('broker.traces: a will, a shared subscription and the program itself', async (t) => {
  const scene = await Scene.start(t, 'memory');
  await scene.sub('worker', '$share/g/t/#', 1);
  scene.broker.subscribe('t/#', () => {});
  await scene.broker.publish({ topic: 't/inside', qos: 0 });
  const will = { topic: 't/will', payload: Buffer.from('gone'), qos: 0, retain: false } as const;
  const dying = await scene.join('dying', { will });
  dying.peer.hangUp();
  assert.deepEqual(await linesUntil(scene.trace, 'received dying t/will @ 0'), [
    'received (program) t/inside @ 0',
    'matched 1 groups 1',
    'sent (program) @ 0',
    'sent worker @ 0',
    'settled',
    'received dying t/will @ 0',
  ]);
});

test('broker.traces: the end of a session drops what it held', async (t) => {
  const scene = await Scene.start(t, 'memory', { limits: { inflightMax: 1 } });
  const subscriber = await scene.sub('c', '#', 1);
  const publisher = await scene.join('p');
  for (const packetId of [1, 2]) publisher.publish('t/1', 'm', { qos: 1, packetId });
  await publisher.next('puback');
  await subscriber.next('publish');
  subscriber.peer.hangUp();
  await subscriber.peer.closed;
  await linesUntil(scene.trace, 'dropped c session-closed');
  const lost = scene.trace.read(0).stations.filter(({ reason }) => reason === 'session-closed');
  assert.deepEqual(
    lost.map(({ message }) => message),
    [1, 2],
  );
});

test('broker.traces: of many subscribers the first are told, the others counted', async (t) => {
  const order = { topic: 't/#', subscribersMax: 2 };
  const scene = await Scene.start(t, 'memory', {}, order);
  for (const clientId of ['a', 'b', 'd', 'e']) await scene.sub(clientId, '#', 1);
  await scene.leaves(await scene.stays('away', '#', 1));
  const publisher = await scene.join('p');
  publisher.publish('t/1', 'm', { qos: 1, packetId: 1 });
  await publisher.next('puback');
  const lines = stationLines(scene.trace);
  assert.equal(lines.filter((line) => line.startsWith('sent')).length, 2);
  assert.ok(lines.includes('others sent 2 queued 1 dropped 0'), lines.join(', '));
});

test('broker.traces: follows nobody else than it was told to', async (t) => {
  const scene = await Scene.start(t, 'memory', {}, { clientId: 'p', topic: 't/+' });
  const publisher = await scene.join('p');
  const other = await scene.join('q');
  for (const topic of ['t/1', 't', 't/1/2']) {
    publisher.publish(topic);
    other.publish(topic);
  }
  await publisher.nothingMore();
  await other.nothingMore();
  assert.equal(scene.trace.messages, 1);
});

test('broker.traces: the way to one client, whoever publishes', async (t) => {
  const scene = await Scene.start(t, 'memory', {}, { to: 'c' });
  const subscriber = await scene.sub('c', 't/+', 1);
  await scene.sub('other', '#', 0);
  const publisher = await scene.join('p');
  for (const topic of ['t', 't/1', 't/1/2']) {
    publisher.publish(topic, 'm', { qos: 1, packetId: 1 });
    await publisher.next('puback');
  }
  const { packetId } = await subscriber.next('publish');
  subscriber.send({ type: 'puback', packetId });
  assert.deepEqual(await linesUntil(scene.trace, 'settled'), [
    'received p t/1 @ 1',
    'authorised',
    'matched 2',
    'sent c @ 1',
    'others sent 1 queued 0 dropped 0',
    'answered puback',
    'acknowledged c puback',
    'settled',
  ]);
  subscriber.send({ type: 'unsubscribe', packetId: 9, filters: ['t/+'] });
  await subscriber.next('unsuback');
  publisher.publish('t/1');
  await publisher.nothingMore();
  assert.equal(scene.trace.messages, 1);
});

test('broker.traces: the way to one client of a group, and what is denied before it', async (t) => {
  const rules = rulesIn('{ deny: publish, topics: t/secret }', '{ allow: both, topics: "#" }');
  const authorizer = new RuleAuthorizer(rules);
  const scene = await Scene.start(t, 'memory', { authorizer }, { to: 'c' });
  await scene.leaves(await scene.stays('c', '$share/g/t/#', 1));
  await scene.sub('other', '$share/g/t/#', 1);
  const publisher = await scene.join('p');
  for (const topic of ['t/1', 't/secret']) publisher.publish(topic);
  await publisher.nothingMore();
  assert.deepEqual(stationLines(scene.trace), [
    'received p t/1 @ 0',
    'authorised by acl.yaml:3',
    'matched 0 groups 1',
    'others sent 1 queued 0 dropped 0',
    'settled',
    'received p t/secret @ 0',
    'dropped denied by acl.yaml:2',
    'settled',
  ]);
});

test('broker.traces: all end with the broker', async () => {
  const broker = await createBroker();
  const trace = broker.traces.start();
  const reading = linesUntil(trace, 'never');
  await broker.close();
  await assert.rejects(reading, /has ended without/);
  assert.equal(trace.ended, 'broker-closed');
});
