import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Broker, createBroker } from './broker.js';
import type { BrokerOptions } from './broker-options.js';
import { MemoryListener } from './memory-listener.testing.js';
import { ManualClock } from './model/manual-clock.testing.js';
import { RecordingLogger } from './observe/recording-logger.testing.js';
import { TestClient } from './test-client.testing.js';

interface World {
  readonly broker: Broker;
  readonly clock: ManualClock;
  readonly log: RecordingLogger;
  readonly listener: MemoryListener;
  connect(clientId: string, fields?: Parameters<TestClient['connect']>[0]): Promise<TestClient>;
}

async function start(t: TestContext, options: BrokerOptions = {}): Promise<World> {
  const clock = new ManualClock({ turns: 'by themselves' });
  const log = new RecordingLogger();
  const broker = await createBroker({ clock, log, ...options });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  return {
    broker,
    clock,
    log,
    listener,
    connect: (clientId, fields) => TestClient.connected(listener, clientId, fields),
  };
}

/** Connects. @returns The code of the CONNACK, or `closed`. */
async function codeOf(listener: MemoryListener, clientId: string, address = '192.0.2.1') {
  const client = new TestClient(listener.connect(address));
  const answer = client.connect({ clientId });
  return answer.then(
    ({ returnCode }) => returnCode,
    () => 'closed' as const,
  );
}

test('Broker slows a client down that publishes too fast, and loses nothing', async (t) => {
  const { broker, clock, log, connect } = await start(t, { limits: { publishRateMax: 10 } });
  const [fast, other] = [await connect('fast'), await connect('other')];
  await other.subscribe(['t', 1]);
  for (let n = 0; n < 30; n++) fast.publish('t', String(n), { qos: 0 });
  const first = await other.messages(11); // ten at once, and the one that showed it
  assert.deepEqual(await other.nothingMore(), []);
  assert.equal(broker.counters.publishersSlowed, 1);
  assert.equal(log.of('publish-rate').length, 1);
  const rest: string[] = [];
  for (let second = 0; second < 3 && rest.length < 19; second++) {
    clock.advance(1100);
    rest.push(...(await other.nothingMore()));
  }
  assert.deepEqual(
    [...first, ...rest].map((line) => line.split(' ')[0]),
    Array.from({ length: 30 }, (_, n) => `t=${n}`),
  );
});

test('Broker reads a slowed client on even while its authorizer takes its time', async (t) => {
  const answers: ((answer: boolean) => void)[] = [];
  const authorizer = {
    mayPublish: () =>
      new Promise<boolean>((resolve) => {
        answers.push(resolve);
      }),
    maySubscribe: () => true,
  };
  const { clock, connect } = await start(t, { authorizer, limits: { publishRateMax: 1 } });
  const [fast, other] = [await connect('fast'), await connect('other')];
  await other.subscribe(['t', 0]);
  for (let n = 0; n < 3; n++) fast.publish('t', String(n));
  for (let n = 0; n < 3; n++) {
    while (answers[n] === undefined) {
      clock.advance(500);
      await other.nothingMore();
    }
    clock.advance(5000);
    answers[n]?.(true);
    assert.equal(await other.message(), `t=${n} @ 0`);
  }
});

test('Broker drops QoS 0 that comes too fast where the policy says so', async (t) => {
  const limits = { publishRateMax: 2, publishRatePolicy: 'drop-qos0' } as const;
  const { broker, connect } = await start(t, { limits });
  const [fast, other] = [await connect('fast'), await connect('other')];
  await other.subscribe(['t', 0]);
  for (let n = 0; n < 5; n++) fast.publish('t', String(n));
  assert.deepEqual(await fast.nothingMore(), []);
  assert.deepEqual(await other.nothingMore(), ['t=0 @ 0', 't=1 @ 0']);
  assert.equal(broker.counters.dropped['rate-limited'], 3);
});

test('Broker disconnects who publishes too fast where the policy says so', async (t) => {
  const limits = { publishBytesRateMax: 100, publishRatePolicy: 'disconnect' } as const;
  const { broker, connect } = await start(t, { limits });
  const reasons: string[] = [];
  broker.on('disconnected', ({ reason }) => reasons.push(reason));
  const fast = await connect('fast');
  fast.publish('t', 'x'.repeat(200));
  await fast.closedByPeer();
  assert.deepEqual(reasons, ['rate-exceeded']);
});

test('Broker.bans refuse who is banned, by identifier, user and address', async (t) => {
  const { broker, listener } = await start(t);
  broker.bans.add({ clientId: 'bad' });
  broker.bans.add({ address: '198.51.100.0/24', reason: 'noise' });
  assert.equal(await codeOf(listener, 'bad'), 5);
  assert.equal(await codeOf(listener, 'good', '198.51.100.9'), 'closed');
  assert.equal(await codeOf(listener, 'good'), 0);
  assert.equal(broker.counters.bannedRefused, 2);
  assert.equal(broker.gauges().bans, 2);
  assert.equal(broker.bans.remove({ clientId: 'bad' }), true);
  assert.equal(await codeOf(listener, 'bad'), 0);
});

test('Broker.bans of users go by the name that is vouched for', async (t) => {
  const authenticator = { authenticate: () => ({ allowed: true, username: 'real' }) as const };
  const { broker, listener } = await start(t, { authenticator });
  broker.bans.add({ username: 'real' });
  const client = new TestClient(listener.connect());
  assert.equal((await client.connect({ clientId: 'c', username: 'said' })).returnCode, 5);
});

for (const ban of [{ clientId: 'c' }, { address: '192.0.2.0/24' }]) {
  test(`Broker.bans.add() disconnects who is there: ${JSON.stringify(ban)}`, async (t) => {
    const { broker, listener, connect } = await start(t);
    const reasons: string[] = [];
    broker.on('disconnected', ({ client, reason }) => reasons.push(`${client.clientId} ${reason}`));
    const stays = await connect('stays');
    const client = new TestClient(listener.connect('192.0.2.1'));
    await client.connect({ clientId: 'c' });
    broker.bans.add(ban);
    await client.closedByPeer();
    assert.deepEqual(reasons, ['c banned']);
    assert.deepEqual(await stays.nothingMore(), []);
  });
}

test('Broker bans clients that throw each other out again and again', async (t) => {
  const limits = { flappingConnectsMax: 3, flappingBan: 60 };
  const { broker, clock, listener } = await start(t, { limits });
  const codes: unknown[] = [];
  for (let n = 0; n < 6; n++) codes.push(await codeOf(listener, 'twin'));
  assert.deepEqual(codes, [0, 0, 0, 0, 5, 5]); // the fourth was one too many, and is closed
  assert.equal(broker.counters.flappingBans, 1);
  clock.advance(61_000);
  assert.equal(await codeOf(listener, 'twin'), 0);
});

test('Broker never sends a client what is larger than it can take', async (t) => {
  const { broker, connect } = await start(t, {
    clientRules: [{ clientIdPrefix: 'tiny', packetBytesMax: 64 }],
  });
  const [tiny, other] = [await connect('tiny-1', { cleanSession: false }), await connect('other')];
  await tiny.subscribe(['t/#', 1]);
  const fits = 'x'.repeat(64 - 2 - 2 - 3 - 2);
  other.publish('t/1', `${fits}y`, { qos: 1, packetId: 1 });
  other.publish('t/0', `${fits}yyy`); // without an identifier there is room for two bytes more
  other.publish('t/é', fits, { qos: 1, packetId: 2 }); // two bytes in UTF-8
  other.publish('t/1', fits, { qos: 1, packetId: 3 });
  await other.next('puback');
  assert.equal(await tiny.message(), `t/1=${fits} @ 1 id 1`);
  assert.equal(broker.counters.dropped['too-large'], 3);
});

test('Broker drops what waits for a client that comes back and can take less', async (t) => {
  let packetBytesMax = 1000;
  const authenticator = { authenticate: () => ({ allowed: true, packetBytesMax }) as const };
  const { broker, connect, log } = await start(t, { authenticator });
  const persistent = { cleanSession: false };
  const before = await connect('c', persistent);
  await before.subscribe(['t', 2]);
  const other = await connect('other');
  const large = 'x'.repeat(500);
  other.publish('t', large, { qos: 1, packetId: 1 }); // in flight, not acknowledged
  other.publish('t', large, { qos: 2, packetId: 2 });
  await before.messages(2);
  before.peer.hangUp();
  other.publish('t', large, { qos: 1, packetId: 3 }); // queued
  other.publish('t', 'small', { qos: 1, packetId: 4 });
  await other.next('puback');
  packetBytesMax = 100;
  const after = await connect('c', persistent);
  // The client may have the QoS 2 message: only a PUBREL makes its identifier free again there.
  assert.deepEqual(await after.nothingMore(), ['pubrel', 't=small @ 1 id 4']);
  assert.equal(broker.counters.dropped['too-large'], 2);
  const { deliveriesBegun, deliveriesEnded } = broker.counters;
  const { inflightMessages, queuedMessages } = broker.gauges();
  assert.equal(deliveriesBegun, deliveriesEnded + inflightMessages + queuedMessages + 2);
  assert.deepEqual(log.of('internal-error'), []);
});

test('Broker leaves out retained messages that are too large for the client', async (t) => {
  const { broker, listener, connect } = await start(t);
  const small = new MemoryListener();
  await broker.listen(Object.assign(small, { clientPacketBytesMax: 64 }));
  for (const [topic, payload] of [
    ['a', 'x'.repeat(100)],
    ['b', 'fits'],
  ] as const) {
    await broker.publish({ topic, payload, retain: true });
  }
  const tiny = await TestClient.connected(small, 'tiny');
  const other = await connect('other');
  for (const client of [tiny, other]) await client.subscribe(['+', 1]);
  assert.deepEqual(await tiny.nothingMore(), ['b=fits @ 0 retain']);
  assert.equal((await other.nothingMore()).length, 2);
  assert.equal(listener.listening, true);
});

test('Broker refuses new connections while it is overloaded, the others go on', async (t) => {
  const load = { eventLoopDelayMs: 0, memoryPercent: 0 };
  const source = { sample: () => load, fileDescriptors: 1000, close: () => {} };
  const { broker, clock, listener, connect, log } = await start(t, { load: source });
  const stands = await connect('stands');
  load.memoryPercent = 99;
  clock.advance(1000);
  assert.equal(await codeOf(listener, 'new'), 'closed');
  assert.deepEqual(await stands.nothingMore(), []);
  assert.deepEqual([broker.gauges().overloaded, broker.counters.overloadRefused], [1, 1]);
  assert.equal(log.of('overloaded').length, 1);
  load.memoryPercent = 10;
  clock.advance(1000);
  assert.equal(await codeOf(listener, 'new'), 0);
  assert.equal(broker.gauges().overloaded, 0);
});

test('Broker keeps file descriptors free', async (t) => {
  const load = { eventLoopDelayMs: 0, memoryPercent: 0 };
  const source = { sample: () => load, fileDescriptors: 12, close: () => {} };
  const { broker, connect, listener } = await start(t, {
    load: source,
    limits: { fileDescriptorsReserve: 10 },
  });
  const [first] = [await connect('a'), await connect('b')];
  assert.equal(await codeOf(listener, 'c'), 'closed');
  assert.equal(broker.counters.overloadRefused, 1);
  first.peer.hangUp();
  assert.equal(await codeOf(listener, 'c'), 0);
});
