import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { test, type TestContext } from 'node:test';
import { encode } from '@magpie/protocol';
import { type Broker, createBroker } from './broker.js';
import type { BrokerOptions } from './broker-options.js';
import { MemoryListener } from './memory-listener.testing.js';
import { ManualClock } from './model/manual-clock.testing.js';
import type { Message } from './model/message.js';
import { RecordingLogger } from './observe/recording-logger.testing.js';
import { HandStore } from './stores/hand-store.testing.js';
import { MemoryStore } from './stores/memory-store.js';
import { TestClient } from './test-client.testing.js';

interface World {
  readonly broker: Broker;
  readonly listener: MemoryListener;
  readonly log: RecordingLogger;
  connect(clientId: string, fields?: Parameters<TestClient['connect']>[0]): Promise<TestClient>;
}

/** A broker on a network in memory, closed when the test ends. */
async function start(t: TestContext, options: BrokerOptions = {}): Promise<World> {
  const log = new RecordingLogger();
  const broker = await createBroker({ log, ...options });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  return {
    broker,
    listener,
    log,
    connect: (clientId, fields) => TestClient.connected(listener, clientId, fields),
  };
}

function text(message: Message): string {
  return Buffer.from(message.payload).toString();
}

const PERSISTENT = { cleanSession: false };

test('createBroker() refuses limits that are unknown or out of range, all at once', async () => {
  const limits = { inflightMax: 0, nonsense: 1 };
  await assert.rejects(createBroker({ limits }), {
    name: 'RangeError',
    message: /^inflightMax must be .*; There is no limit nonsense$/,
  });
});

test('createBroker() gives up when the store cannot be read', async () => {
  const store = new HandStore();
  store.load = () => Promise.reject(new Error('broken'));
  await assert.rejects(createBroker({ store }), /broken/);
});

test('Broker.limits are those given, and the defaults', async (t) => {
  const { broker } = await start(t, { limits: { inflightMax: 7 } });
  assert.equal(broker.limits.inflightMax, 7);
  assert.equal(broker.limits.connectionsMax, 100_000);
});

test('createBroker() takes names for clients that bring none from the random source', async (t) => {
  const { broker, listener } = await start(t, { random: { uint32: () => 0xbeef } });
  const names: string[] = [];
  broker.on('connected', ({ client }) => names.push(client.clientId));
  await TestClient.connected(listener, '');
  assert.deepEqual(names, ['magpie-0000beef0000beef']);
});

test('createBroker() takes less memory where connectionsMax is small', async (t) => {
  const before = process.memoryUsage().arrayBuffers;
  await start(t, { limits: { connectionsMax: 10 } });
  const taken = process.memoryUsage().arrayBuffers - before;
  assert.ok(taken < 2 * 1024 * 1024, `${taken} bytes`);
});

test('Broker.listen() takes connections on a port that the system chooses', async (t) => {
  const { broker } = await start(t);
  const address = await broker.listen({ type: 'tcp', port: 0 });
  assert.deepEqual([address.type, address.host], ['tcp', '127.0.0.1']);
  const socket = createConnection(address.port, address.host);
  t.after(() => socket.destroy());
  socket.write(
    encode(
      {
        type: 'connect',
        protocolVersion: 4,
        cleanSession: true,
        keepAliveS: 0,
        clientId: 'c',
        will: undefined,
        username: undefined,
        password: undefined,
      },
      4,
    ),
  );
  const connack = await new Promise<Buffer>((resolve) => {
    socket.once('data', resolve);
  });
  assert.deepEqual([...connack], [0x20, 2, 0, 0]);
});

test('Broker.listen() rejects with what the system says', async (t) => {
  const { broker } = await start(t);
  const { port } = await broker.listen({ type: 'tcp', port: 0 });
  await assert.rejects(broker.listen({ type: 'tcp', port }), { code: 'EADDRINUSE' });
});

test('Broker.listen() refuses a type of listener that there is not', async (t) => {
  const { broker } = await start(t);
  const options = { type: 'udp', port: 0 } as unknown as Parameters<Broker['listen']>[0];
  await assert.rejects(broker.listen(options), {
    name: 'TypeError',
    message: /tcp, tls, ws or wss/,
  });
});

test('Broker.listen() takes any number of listeners, of your own too', async (t) => {
  const { broker, connect } = await start(t);
  const other = new MemoryListener();
  assert.deepEqual(await broker.listen(other), { type: 'memory', host: 'memory', port: 0 });
  const [a, b] = [await connect('a'), await TestClient.connected(other, 'b')];
  await a.subscribe(['t', 0]);
  b.publish('t');
  assert.equal(await a.message(), 't=m @ 0');
});

test('Broker.listen() does not work once the broker is closed', async (t) => {
  const { broker } = await start(t);
  await broker.close();
  await assert.rejects(broker.listen(new MemoryListener()), /closed/);
});

for (const qos of [0, 1, 2] as const) {
  test(`Broker carries a QoS ${qos} message from one client to another`, async (t) => {
    const { connect, broker } = await start(t);
    const [publisher, subscriber] = [await connect('p'), await connect('s')];
    assert.deepEqual(await subscriber.subscribe(['a/+', 2]), [2]);
    publisher.publish('a/b', 'hello', { qos, packetId: qos === 0 ? 0 : 9 });
    if (qos === 1) assert.equal((await publisher.next('puback')).packetId, 9);
    if (qos === 2) {
      assert.equal((await publisher.next('pubrec')).packetId, 9);
      publisher.send({ type: 'pubrel', packetId: 9 });
      assert.equal((await publisher.next('pubcomp')).packetId, 9);
    }
    assert.equal(await subscriber.message(), `a/b=hello @ ${qos}${qos === 0 ? '' : ' id 1'}`);
    if (qos === 1) subscriber.send({ type: 'puback', packetId: 1 });
    if (qos === 2) {
      subscriber.send({ type: 'pubrec', packetId: 1 });
      assert.equal((await subscriber.next('pubrel')).packetId, 1);
      subscriber.send({ type: 'pubcomp', packetId: 1 });
    }
    assert.deepEqual(await subscriber.nothingMore(), []);
    assert.deepEqual(await publisher.nothingMore(), []);
    assert.deepEqual([broker.counters.messagesReceived, broker.counters.messagesSent], [1, 1]);
  });
}

test('Broker handles what comes in one chunk in its order', async (t) => {
  const { connect } = await start(t);
  const client = await connect('c');
  client.send(
    { type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 1 }] },
    { type: 'pubrel', packetId: 5 },
    { type: 'unsubscribe', packetId: 2, filters: ['#'] },
    { type: 'pingreq' },
    { type: 'disconnect' },
  );
  for (const type of ['suback', 'pubcomp', 'unsuback', 'pingresp'] as const)
    await client.next(type);
  await client.closedByPeer();
});

test('Broker.publish() reaches clients, as text or bytes', async (t) => {
  const { broker, connect } = await start(t);
  const client = await connect('c');
  await client.subscribe(['#', 1]);
  const payload = Buffer.from('bytes');
  const published = broker.publish({ topic: 'b', payload, qos: 2, retain: true });
  payload.fill(0);
  await published;
  await broker.publish({ topic: 'a', payload: 'é' });
  await broker.publish({ topic: 'c' });
  assert.deepEqual(await client.messages(3), ['b=bytes @ 1 id 1', 'a=é @ 0', 'c= @ 0']);
  await client.subscribe(['b', 0]);
  assert.equal(await client.message(), 'b=bytes @ 0 retain');
});

test('Broker.publish() asks no authorizer', async (t) => {
  const authorizer = { mayPublish: () => false, maySubscribe: () => true };
  const { broker, connect } = await start(t, { authorizer });
  const client = await connect('c');
  await client.subscribe(['#', 0]);
  await broker.publish({ topic: 'a' });
  assert.equal(await client.message(), 'a= @ 0');
});

for (const topic of ['', 'a/+', '#', 'a\0b']) {
  test(`Broker.publish() refuses the topic ${JSON.stringify(topic)}`, async (t) => {
    const { broker } = await start(t);
    await assert.rejects(broker.publish({ topic }), {
      name: 'TypeError',
      message: /^Cannot publish/,
    });
  });
}

/** What JavaScript can pass, and TypeScript would not. */
const wrongMessages: readonly (readonly [what: string, fields: object])[] = [
  ['a topic that is no text', { topic: 7 }],
  ['no topic', {}],
  ['QoS 3', { topic: 'a', qos: 3 }],
  ['QoS as text', { topic: 'a', qos: '1' }],
  ['a number as payload', { topic: 'a', payload: 5 }],
  ['an object as payload', { topic: 'a', payload: {} }],
];

for (const [what, fields] of wrongMessages) {
  test(`Broker.publish() refuses ${what}, and delivers nothing`, async (t) => {
    const { broker } = await start(t);
    broker.subscribe('#', () => assert.fail('delivered'));
    const publishing = broker.publish(fields as Parameters<Broker['publish']>[0]);
    await assert.rejects(publishing, { name: 'TypeError', message: /^Cannot publish/ });
  });
}

test('Broker.publish() does not work once the broker is closed', async (t) => {
  const { broker } = await start(t);
  await broker.close();
  await assert.rejects(broker.publish({ topic: 'a' }), /closed/);
});

test('Broker.publish() rejects when the broker is closed before it is safe', async (t) => {
  const store = new HandStore();
  const { broker } = await start(t, { store });
  const published = broker.publish({ topic: 'a', payload: '1', retain: true });
  while (store.underWay === 0) await turn();
  const rejected = assert.rejects(published, /closed before the message was safe/);
  await store.fail(new Error('disk full'));
  const closed = broker.close();
  while (store.underWay === 0) await turn(); // it tries once more
  await store.fail(new Error('disk full'));
  await rejected;
  await closed;
});

test('Broker.publish() refuses what would have to wait behind too much', async (t) => {
  const store = new HandStore();
  const { broker } = await start(t, { store, limits: { storeBacklogBytesMax: 65_536 } });
  const got: string[] = [];
  broker.subscribe('#', ({ topic }) => void got.push(topic));
  const payload = 'x'.repeat(65_536);
  const first = broker.publish({ topic: 'first', payload, retain: true });
  for (const options of [{ retain: true }, { qos: 1 }] as const) {
    await assert.rejects(broker.publish({ topic: 'second', ...options }), /nothing was published/);
  }
  await broker.publish({ topic: 'not kept' });
  await safe(store);
  await first;
  const third = broker.publish({ topic: 'third', payload: '3', retain: true });
  await safe(store);
  await third;
  assert.deepEqual(got, ['first', 'not kept', 'third']);
});

test('Broker.publish() resolves when what must survive is safe', async (t) => {
  const store = new HandStore();
  const { broker } = await start(t, { store });
  await broker.publish({ topic: 'nobody' }); // nothing to keep
  let safe = false;
  const published = broker.publish({ topic: 'a', payload: '1', retain: true }).then(() => {
    safe = true;
  });
  assert.deepEqual(store.written, ['retain a=1']);
  while (store.underWay === 0) await turn();
  assert.equal(safe, false);
  await store.succeed();
  await published;
});

test('Broker.subscribe() calls the function with what matches, at once', async (t) => {
  const { broker, connect } = await start(t);
  const got: string[] = [];
  broker.subscribe('a/+', (message) => {
    got.push(`${message.publisher}: ${message.topic}=${text(message)} @ ${message.qos}`);
  });
  void broker.publish({ topic: 'a/b', payload: '1' });
  assert.deepEqual(got, [': a/b=1 @ 0']);
  const client = await connect('c');
  client.publish('a/c', '2', { qos: 1, packetId: 1 });
  client.publish('b', '3', { qos: 1, packetId: 2 });
  await client.next('puback');
  await client.next('puback');
  assert.deepEqual(got, [': a/b=1 @ 0', 'c: a/c=2 @ 1']);
});

test('Broker.subscribe() gives what takes the function off again', async (t) => {
  const { broker } = await start(t);
  const got: string[] = [];
  const [first, second] = [1, 2].map((number) =>
    broker.subscribe('#', (message) => got.push(`${number} ${message.topic}`)),
  );
  await broker.publish({ topic: 'a' });
  first?.unsubscribe();
  first?.unsubscribe();
  await broker.publish({ topic: 'b' });
  assert.deepEqual(got.toSorted(), ['1 a', '2 a', '2 b']);
  second?.unsubscribe();
  assert.equal(broker.gauges().subscriptions, 0);
});

test('Broker.subscribe() replays no retained messages', async (t) => {
  const { broker } = await start(t);
  await broker.publish({ topic: 'a', payload: 'old', retain: true });
  broker.subscribe('#', () => assert.fail('replayed'));
});

test('Broker.subscribe() logs what the function throws, and the message goes on', async (t) => {
  const { broker, connect, log } = await start(t);
  const client = await connect('c');
  await client.subscribe(['#', 0]);
  broker.subscribe('#', () => assert.fail('broken'));
  await broker.publish({ topic: 'a' });
  assert.equal(await client.message(), 'a= @ 0');
  const [line] = log.of('subscriber-failed');
  assert.equal(line?.fields['filter'], '#');
});

test('Broker.subscribe() hands over a message that can be kept', async (t) => {
  const { broker, connect } = await start(t);
  const kept: Message[] = [];
  broker.subscribe('#', (message) => kept.push(message.keep()));
  const client = await connect('c');
  for (const payload of ['first', 'other']) client.publish('a', payload);
  await client.nothingMore();
  assert.deepEqual(kept.map(text), ['first', 'other']);
});

test('Broker.subscribe() functions may publish', async (t) => {
  const { broker, connect } = await start(t);
  const client = await connect('c', PERSISTENT);
  await client.subscribe(['#', 1]);
  broker.subscribe('request', (message) => {
    void broker.publish({ topic: 'response', payload: `to ${text(message)}`, qos: 1 });
  });
  client.publish('request', 'question', { qos: 1, packetId: 1 });
  const received = [await client.message(), await client.message()];
  assert.deepEqual(received.map((line) => line.slice(0, line.indexOf(' @'))).toSorted(), [
    'request=question',
    'response=to question',
  ]);
});

for (const filter of ['', 'a/#/b', 'a+', '\0']) {
  test(`Broker.subscribe() refuses the filter ${JSON.stringify(filter)}`, async (t) => {
    const { broker } = await start(t);
    assert.throws(() => broker.subscribe(filter, () => {}), {
      name: 'TypeError',
      message: /^Cannot subscribe/,
    });
  });
}

test('Broker.watch() tells what the journal notes, until it is taken off', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const kinds: string[] = [];
  const end = broker.watch(({ kind, clientId }) => kinds.push(`${kind} ${clientId}`));
  broker.bans.add({ clientId: 'a' });
  broker.bans.remove({ clientId: 'a' });
  end();
  broker.bans.add({ clientId: 'b' });
  assert.deepEqual(kinds, ['banned a', 'unbanned a']);
});

test('Broker.on() tells what happens, until it is taken off', async (t) => {
  const { broker, connect } = await start(t);
  const told: string[] = [];
  const offs = [
    broker.on('connected', ({ client, sessionPresent }) =>
      told.push(`connected ${client.clientId} ${client.username} ${sessionPresent}`),
    ),
    broker.on('disconnected', ({ client, reason }) =>
      told.push(`disconnected ${client.clientId} ${reason}`),
    ),
    broker.on('subscribed', ({ clientId, filter, qos }) =>
      told.push(`subscribed ${clientId} ${filter} ${qos}`),
    ),
    broker.on('unsubscribed', ({ clientId, filter }) =>
      told.push(`unsubscribed ${clientId} ${filter}`),
    ),
    broker.on('published', ({ message }) => told.push(`published ${message.topic}`)),
    broker.on('delivered', ({ message, clientId }) =>
      told.push(`delivered ${message.topic} ${clientId}`),
    ),
    broker.on('dropped', ({ message, reason }) => told.push(`dropped ${message?.topic} ${reason}`)),
  ];
  const client = await connect('c', { username: 'u' });
  await client.subscribe(['a', 1]);
  client.publish('a');
  await client.message();
  client.publish('b');
  client.send({ type: 'unsubscribe', packetId: 2, filters: ['a', 'nothing'] });
  await client.next('unsuback');
  client.send({ type: 'disconnect' });
  await client.closedByPeer();
  assert.deepEqual(told, [
    'connected c undefined false',
    'subscribed c a 1',
    'published a',
    'delivered a c',
    'published b',
    'dropped b no-subscriber',
    'unsubscribed c a',
    'disconnected c client-disconnect',
  ]);
  for (const off of offs) off();
  told.length = 0;
  await connect('d');
  await broker.publish({ topic: 'a' });
  assert.deepEqual(told, []);
});

test('Broker.on() refuses an event that there is not', async (t) => {
  const { broker } = await start(t);
  for (const name of ['conected', 'constructor', 'toString']) {
    assert.throws(() => broker.on(name as 'connected', () => {}), {
      name: 'TypeError',
      message: /^There is no event/,
    });
  }
});

test('Broker.on() logs a listener that throws, and goes on', async (t) => {
  const { broker, connect, log } = await start(t);
  broker.on('connected', () => assert.fail('broken'));
  await connect('c');
  assert.equal(log.of('listener-failed').length, 1);
});

test('Broker.disconnect() ends a connection and leaves the session', async (t) => {
  const { broker, connect } = await start(t);
  const client = await connect('c', PERSISTENT);
  await client.subscribe(['a', 1]);
  const reasons: string[] = [];
  broker.on('disconnected', ({ reason }) => reasons.push(reason));
  assert.equal(broker.disconnect('c'), true);
  assert.equal(broker.disconnect('nobody'), false);
  await client.closedByPeer();
  assert.deepEqual(reasons, ['server-disconnect']);
  assert.equal(broker.disconnect('c'), false);
  await broker.publish({ topic: 'a', payload: 'm', qos: 1 });
  const back = await connect('c', PERSISTENT);
  assert.equal(await back.message(), 'a=m @ 1 id 1');
});

test('Broker.gauges() tell what is there now', async (t) => {
  const { broker, connect } = await start(t);
  const client = await connect('c', PERSISTENT);
  await connect('d');
  await client.subscribe(['a', 1], ['$share/g/b', 0]);
  await broker.publish({ topic: 'r', payload: '12345', retain: true });
  assert.deepEqual(broker.gauges(), {
    connections: 2,
    clients: 2,
    sessions: 2,
    subscriptions: 2,
    retainedMessages: 1,
    retainedBytes: 6,
    queuedMessages: 0,
    queuedBytes: 0,
    storeFailed: 0,
    storeBacklogBytes: 0,
    overloaded: 0,
    bans: 0,
    inflightMessages: 0,
    decidingMessages: 0,
    unaccountedMessages: 0,
    unaccountedDeliveries: 0,
    traces: 0,
  });
  client.peer.hangUp();
  await broker.publish({ topic: 'a', payload: '123', qos: 1 });
  const { connections, clients, sessions, queuedMessages, queuedBytes } = broker.gauges();
  assert.deepEqual([connections, clients, sessions, queuedMessages, queuedBytes], [1, 1, 2, 1, 4]);
});

test('Broker.close() closes listeners, connections and the store, once', async (t) => {
  const store = new HandStore({ safeAtOnce: true });
  const { broker, listener, connect } = await start(t, { store });
  const { port } = await broker.listen({ type: 'tcp', port: 0 });
  const client = await connect('c');
  const waiting = new TestClient(listener.connect()); // that never sends CONNECT
  await Promise.all([broker.close(), broker.close()]);
  await client.closedByPeer();
  await waiting.closedByPeer();
  assert.equal(listener.listening, false);
  assert.equal(store.closed, true);
  const socket = createConnection(port, '127.0.0.1');
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    socket.once('error', resolve);
  });
  assert.equal(error.code, 'ECONNREFUSED');
  await broker.close();
});

test('Broker.close() waits until everything is safe', async (t) => {
  const store = new HandStore();
  const { broker } = await start(t, { store });
  void broker.publish({ topic: 'a', payload: '1', retain: true });
  const closing = broker.close();
  while (store.underWay === 0) await turn();
  assert.equal(store.closed, false);
  await store.succeed();
  await closing;
  assert.equal(store.closed, true);
});

test('Broker is disposed of by `await using`', async () => {
  const store = new HandStore({ safeAtOnce: true });
  {
    await using broker = await createBroker({ store });
    await broker.listen({ type: 'tcp', port: 0 });
  }
  assert.equal(store.closed, true);
});

test('Broker has nothing in common with another one in the same process', async (t) => {
  const [one, other] = [await start(t), await start(t)];
  const [a, b] = [await one.connect('c'), await other.connect('c')];
  await a.subscribe(['#', 0]);
  await b.subscribe(['#', 0]);
  await one.broker.publish({ topic: 'a', retain: true, payload: 'm' });
  assert.equal(await a.message(), 'a=m @ 0');
  assert.deepEqual(await b.nothingMore(), []);
  assert.equal(other.broker.gauges().retainedMessages, 0);
});

test('Broker on the same store goes on where the one before it ended', async (t) => {
  const store = new MemoryStore();
  const before = await start(t, { store });
  const client = await before.connect('c', PERSISTENT);
  await client.subscribe(['a/+', 2], ['$share/g/b', 1]);
  client.publish('mine', 'QoS 2', { qos: 2, packetId: 77, retain: true });
  await client.next('pubrec');
  await before.broker.publish({ topic: 'a/1', payload: 'released', qos: 2 });
  await before.broker.publish({ topic: 'a/2', payload: 'in flight', qos: 2 });
  await before.broker.publish({ topic: 'a/3', payload: 'acknowledged', qos: 1 });
  assert.equal((await client.messages(3)).length, 3);
  client.send({ type: 'pubrec', packetId: 1 }, { type: 'puback', packetId: 3 });
  await client.next('pubrel');
  client.peer.hangUp();
  await before.broker.publish({ topic: 'a/4', payload: 'queued', qos: 1 });
  await before.broker.publish({ topic: 'b', payload: 'shared', qos: 1 });
  await before.broker.publish({ topic: 'a/5', payload: 'QoS 0' });
  await before.broker.close();

  const after = await start(t, { store });
  assert.equal(after.broker.gauges().subscriptions, 2);
  const back = new TestClient(after.listener.connect());
  const { sessionPresent } = await back.connect({ clientId: 'c', ...PERSISTENT });
  assert.equal(sessionPresent, true);
  assert.equal((await back.next('pubrel')).packetId, 1);
  const messages = await back.messages(3);
  assert.deepEqual(
    messages.map((line) => line.replace(' dup', '')),
    ['a/2=in flight @ 2 id 2', 'a/4=queued @ 1 id 4', 'b=shared @ 1 id 5'],
  );
  assert.match(messages[0] ?? '', / dup$/);

  back.publish('mine', 'QoS 2', { qos: 2, packetId: 77, dup: true }); // it did not get PUBREC
  await back.next('pubrec');
  assert.equal(after.broker.counters.messagesReceived, 0);
  back.send({ type: 'pubrel', packetId: 77 });
  await back.next('pubcomp');
  assert.deepEqual(await back.subscribe(['mine', 1]), [1]);
  assert.equal(await back.message(), 'mine=QoS 2 @ 1 id 6 retain');
  assert.deepEqual(await back.nothingMore(), []);
});

test('Broker acknowledges when it is safe, and in order', async (t) => {
  const store = new HandStore();
  const { broker, connect } = await start(t, { store });
  const connecting = connect('s', PERSISTENT);
  const publisher = await connect('p');
  await safe(store);
  const subscriber = await connecting;
  const granted = subscriber.subscribe(['#', 1]);
  while (store.underWay === 0) await turn();
  await store.succeed();
  assert.deepEqual(await granted, [1]);

  publisher.publish('a', '1', { qos: 1, packetId: 1 });
  assert.equal(await subscriber.message(), 'a=1 @ 1 id 1'); // may come twice, so it need not wait
  while (store.underWay === 0) await turn();
  publisher.send({ type: 'pubrel', packetId: 9 }); // needs no commit, but waits its turn
  assert.deepEqual(await publisher.nothingMore(), []);
  await store.succeed();
  assert.equal((await publisher.next('puback')).packetId, 1);
  await publisher.next('pubcomp');
  await Promise.all([broker.close(), safe(store)]);
});

test('Broker acknowledges nothing while its store fails, and goes on afterwards', async (t) => {
  const store = new HandStore();
  const clock = new ManualClock({ turns: 'by themselves' });
  const { connect, broker, listener } = await start(t, { store, clock });
  const publisher = await connect('p');
  const other = await connect('other');
  await other.subscribe(['b', 0]);
  const events: string[] = [];
  broker.on('storeFailed', ({ error, lost }) => events.push(`${String(error)}, lost: ${lost}`));
  broker.on('storeRecovered', ({ retries }) => events.push(`recovered after ${retries}`));

  publisher.publish('a', '1', { qos: 1, packetId: 1, retain: true });
  while (store.underWay === 0) await turn();
  await store.fail(new Error('disk full'));
  assert.equal(broker.gauges().storeFailed, 1);
  publisher.publish('b', '2', { qos: 1, packetId: 2, retain: true });
  const unsaid = {
    type: 'subscribe',
    packetId: 3,
    subscriptions: [{ filter: 'c', qos: 1 }],
  } as const;
  publisher.send(unsaid); // of a clean session, but it waits its turn
  assert.deepEqual(await publisher.nothingMore(), []);
  // Who needs no store notices nothing.
  assert.equal(await other.message(), 'b=2 @ 0');
  const third = await connect('third');
  third.publish('b', '3', { qos: 1, packetId: 1 });
  assert.equal((await third.next('puback')).packetId, 1);
  assert.equal(await other.message(), 'b=3 @ 0');
  // Who would, is told at once.
  for (const fields of [
    PERSISTENT,
    { will: { topic: 'w', payload: Buffer.of(), qos: 0, retain: false } },
  ] as const) {
    const refused = new TestClient(listener.connect());
    const { returnCode } = await refused.connect({ clientId: 'refused', ...fields });
    assert.equal(returnCode, 3);
  }
  assert.equal(broker.counters.connectsRefused, 2);

  clock.advance(200);
  await store.fail(new Error('disk full'));
  clock.advance(400);
  await store.succeed();
  assert.equal((await publisher.next('puback')).packetId, 1);
  assert.equal((await publisher.next('puback')).packetId, 2);
  await publisher.next('suback');
  assert.equal(broker.gauges().storeFailed, 0);
  assert.deepEqual(events, ['Error: disk full, lost: false', 'recovered after 2']);
  const persistent = connect('persistent', PERSISTENT);
  await safe(store);
  await persistent;
  await Promise.all([broker.close(), safe(store)]);
});

/** What an authenticator says, at once or later, and the code of the CONNACK. */
const authentications = [
  ['allowed', { allowed: true }, 0],
  ['bad-credentials', { allowed: false, why: 'bad-credentials' }, 4],
  ['not-authorized', { allowed: false, why: 'not-authorized' }, 5],
  ['unavailable', { allowed: false, why: 'unavailable' }, 3],
] as const;

for (const [name, result, code] of authentications) {
  for (const later of [false, true]) {
    test(`Broker answers ${code} to ${name}${later ? ', decided later' : ''}`, async (t) => {
      const asked: unknown[] = [];
      const authenticator = {
        authenticate({
          clientId,
          username,
          password,
        }: {
          clientId: string;
          username: string | undefined;
          password: Uint8Array | undefined;
        }) {
          asked.push([clientId, username, Buffer.from(password ?? []).toString()]);
          return later ? turn().then(() => result) : result;
        },
      };
      const { listener, broker } = await start(t, { authenticator });
      const client = new TestClient(listener.connect());
      const fields = { clientId: 'c', username: 'u', password: Buffer.from('p') };
      const connack = await client.connect(fields);
      assert.equal(connack.returnCode, code);
      assert.deepEqual(asked, [['c', 'u', 'p']]);
      if (code === 0) assert.deepEqual(await client.nothingMore(), []);
      else await client.closedByPeer();
      assert.equal(broker.gauges().sessions, code === 0 ? 1 : 0);
    });
  }
}

test('Broker keeps what comes behind a CONNECT that is being decided', async (t) => {
  const authenticator = { authenticate: () => turn().then(() => ({ allowed: true }) as const) };
  const { listener } = await start(t, { authenticator });
  const client = new TestClient(listener.connect());
  const connack = client.connect({ clientId: 'c', will: undefined });
  client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 0 }] });
  client.publish('a', 'early');
  assert.equal((await connack).returnCode, 0);
  await client.next('suback');
  assert.equal(await client.message(), 'a=early @ 0');
});

for (const later of [false, true]) {
  test(`Broker asks the authorizer${later ? ', who answers later' : ''}`, async (t) => {
    const answer = (allowed: boolean) => (later ? turn().then(() => allowed) : allowed);
    const authorizer = {
      mayPublish: (_client: unknown, topic: string) => answer(!topic.startsWith('secret')),
      maySubscribe: (_client: unknown, filter: string) => answer(filter !== 'secret/#'),
    };
    const { connect } = await start(t, { authorizer });
    const client = await connect('c');
    assert.deepEqual(await client.subscribe(['secret/#', 1], ['#', 1]), [0x80, 1]);
    for (const [index, topic] of ['a', 'secret/b', 'c'].entries()) {
      client.publish(topic, 'm', { qos: 1, packetId: index + 1 });
    }
    const packets: string[] = [];
    while (packets.length < 5) packets.push(...(await client.nothingMore()));
    assert.deepEqual(
      packets.filter((line) => line.includes('=')),
      ['a=m @ 1 id 1', 'c=m @ 1 id 2'],
    );
    assert.equal(packets.filter((line) => line === 'puback').length, 3);
  });
}

test('Broker closes the connection of a client if the authorizer fails, no other', async (t) => {
  const authorizer = {
    mayPublish: () => Promise.reject(new Error('broken')),
    maySubscribe: () => true,
  };
  const { connect } = await start(t, { authorizer });
  const [client, other] = [await connect('c'), await connect('other')];
  client.publish('a');
  await client.closedByPeer();
  assert.deepEqual(await other.nothingMore(), []);
});

test('Broker publishes a will when the connection is lost, and not after DISCONNECT', async (t) => {
  const { connect } = await start(t);
  const watcher = await connect('watcher');
  await watcher.subscribe(['will/#', 1]);
  const will = (name: string) => ({
    will: { topic: `will/${name}`, payload: Buffer.from(name), qos: 1, retain: false } as const,
  });
  const [polite, lost] = [
    await connect('polite', will('polite')),
    await connect('lost', will('lost')),
  ];
  polite.send({ type: 'disconnect' });
  await polite.closedByPeer();
  lost.peer.hangUp();
  assert.equal(await watcher.message(), 'will/lost=lost @ 1 id 1');
  const wrong = await connect('wrong', will('wrong'));
  wrong.peer.send(Buffer.of(0xf0, 0)); // a reserved packet type
  await wrong.closedByPeer();
  assert.equal(await watcher.message(), 'will/wrong=wrong @ 1 id 2');
});

test('Broker survives an authorizer that fails for a will', async (t) => {
  const authorizer = { mayPublish: () => assert.fail('broken'), maySubscribe: () => true };
  const { connect, log } = await start(t, { authorizer });
  const will = { topic: 'will', payload: Buffer.from('m'), qos: 0, retain: false } as const;
  const [lost, other] = [await connect('lost', { will }), await connect('other')];
  await other.subscribe(['#', 0]);
  lost.peer.hangUp();
  assert.deepEqual(await other.nothingMore(), []);
  assert.equal(log.of('will-failed').length, 1);
});

test('Broker lets a client take over its identifier, and publishes the other will', async (t) => {
  const { broker, connect } = await start(t);
  const reasons: string[] = [];
  broker.on('disconnected', ({ reason }) => reasons.push(reason));
  const will = { topic: 'will', payload: Buffer.from('m'), qos: 0, retain: false } as const;
  const first = await connect('c', { ...PERSISTENT, will });
  await first.subscribe(['#', 1]);
  const second = await connect('c', PERSISTENT);
  await first.closedByPeer();
  assert.deepEqual(reasons, ['taken-over']);
  second.publish('a', 'm');
  assert.equal(await second.message(), 'a=m @ 0');
  assert.equal(broker.gauges().clients, 1);
});

test('Broker gives up a client that is silent for 1.5 times its keep-alive', async (t) => {
  const clock = new ManualClock({ turns: 'by themselves' });
  const { broker, connect } = await start(t, { clock });
  const reasons: string[] = [];
  broker.on('disconnected', ({ reason }) => reasons.push(reason));
  const [silent, alive] = [
    await connect('silent', { keepAliveS: 10 }),
    await connect('alive', { keepAliveS: 10 }),
  ];
  const forever = await connect('forever', { keepAliveS: 0 });
  for (let time = 0; time < 2; time++) {
    clock.advance(7400);
    assert.deepEqual(await alive.nothingMore(), []);
  }
  assert.deepEqual(reasons, []);
  clock.advance(400);
  await silent.closedByPeer();
  assert.deepEqual(reasons, ['keep-alive-timeout']);
  clock.advance(100_000_000);
  await alive.closedByPeer();
  assert.deepEqual(await forever.nothingMore(), []);
});

test('Broker closes connections that never send CONNECT', async (t) => {
  const clock = new ManualClock({ turns: 'by themselves' });
  const { listener } = await start(t, { clock, limits: { connectTimeout: 5 } });
  const client = new TestClient(listener.connect());
  client.peer.send(Buffer.of(0x10)); // not even all of it
  clock.advance(4900);
  assert.equal(client.peer.isClosed, false);
  clock.advance(300);
  await client.closedByPeer();
});

test('Broker takes connectionsMax connections and no more', async (t) => {
  const { broker, connect, listener } = await start(t, { limits: { connectionsMax: 2 } });
  const [first] = [await connect('a'), await connect('b')];
  await new TestClient(listener.connect()).closedByPeer();
  assert.equal(broker.counters.connectionsRefused, 1);
  first.peer.hangUp();
  await connect('c');
});

test('Broker keeps a malformed packet to the connection it came on', async (t) => {
  const { connect, log } = await start(t);
  const [bad, good] = [await connect('bad'), await connect('good')];
  bad.peer.send(Buffer.of(0x36, 0x03, 0, 1, 0x61)); // QoS 3
  await bad.closedByPeer();
  assert.deepEqual(await good.nothingMore(), []);
  const [line] = log.of('protocol-error');
  assert.deepEqual([line?.fields['clientId'], line?.fields['clause']], ['bad', 'MQTT-3.3.1-4']);
});

test('Broker holds back for a client that does not read, and loses no QoS 1 message', async (t) => {
  const { broker, connect } = await start(t, { limits: { outputBytesMax: 64 * 1024 } });
  const slow = await connect('slow');
  await slow.subscribe(['#', 1]);
  slow.peer.hold();
  const payload = 'x'.repeat(1000);
  for (let count = 0; count < 500; count++) {
    await broker.publish({ topic: `q0/${count}`, payload });
    await broker.publish({ topic: `q1/${count}`, payload, qos: 1 });
    await turn();
  }
  assert.ok(broker.counters.dropped['output-full'] > 0);
  assert.ok(broker.gauges().queuedMessages > 0);
  slow.peer.read();
  let expected = 0;
  while (expected < 500) {
    const packet = await slow.next('publish');
    if (packet.qos === 0) continue;
    assert.equal(packet.topic, `q1/${expected++}`);
    slow.send({ type: 'puback', packetId: packet.packetId });
  }
  assert.equal(broker.gauges().queuedMessages, 0);
});

/** Until all that can be done now is done. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Ends commits until none is under way. */
async function safe(store: HandStore): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await turn();
    if (store.underWay > 0) quiet = 0;
    await store.succeed();
  }
}
