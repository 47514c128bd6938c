import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientPool, type PoolLimits } from './client-pool.js';
import { FakeClient } from './fake-client.testing.js';

function poolOf(limits: PoolLimits = {}): { pool: ClientPool; made: FakeClient[] } {
  const made: FakeClient[] = [];
  const pool = new ClientPool(limits, (connection) => {
    const client = new FakeClient(connection);
    made.push(client);
    return client;
  });
  return { pool, made };
}

test('ClientPool begins no connection before it is needed', () => {
  const { pool, made } = poolOf();
  assert.deepEqual([made.length, pool.statistics().length], [0, 0]);
});

test('ClientPool.publish() keeps a topic to one connection, and spreads topics', async () => {
  const { pool, made } = poolOf({ size: 4 });
  const topics = Array.from({ length: 40 }, (_, number) => `t/${number}`);
  for (const payload of ['1', '2']) for (const topic of topics) await pool.publish(topic, payload);
  assert.equal(made.length, 4);
  for (const topic of topics) {
    const sent = made.map(({ done }) => done.filter((one) => one.startsWith(`${topic}=`)));
    assert.deepEqual(
      sent.filter((one) => one.length > 0),
      [[`${topic}=1`, `${topic}=2`]],
    );
  }
});

test('ClientPool.publishMany() publishes each message', async () => {
  const { pool, made } = poolOf({ size: 1 });
  await pool.publishMany([
    { topic: 'a', payload: '1' },
    { topic: 'b', payload: '2', qos: 1 },
  ]);
  assert.deepEqual(made[0]?.done, ['a=1', 'b=2']);
});

test('ClientPool replaces a connection that gave up, at its next use', async () => {
  const { pool, made } = poolOf({ size: 1 });
  await pool.publish('t', '1');
  made[0]!.giveUp();
  assert.equal(pool.statistics()[0]?.state, 'ended');
  await pool.publish('t', '2');
  assert.deepEqual(
    made.map(({ connection, done }) => [connection, ...done]),
    [
      [0, 't=1'],
      [0, 't=2'],
    ],
  );
  assert.equal(pool.statistics()[0]?.replaced, 1);
});

test('ClientPool.client() shares the connections evenly, and more when those are full', () => {
  const { pool, made } = poolOf({ size: 2, maxConnections: 3, clientsPerConnection: 2 });
  const clients = () => pool.statistics().map(({ clients }) => clients);
  const steps = [[1], [1, 1], [2, 1], [2, 2], [2, 2, 1], [2, 2, 2]];
  for (const expected of steps) {
    pool.client();
    assert.deepEqual(clients(), expected);
  }
  assert.equal(made.length, 3);
  assert.throws(() => pool.client(), {
    code: 'pool-full',
    message:
      'All 3 connections of 2 clients are in use: '
      + 'end unused clients, or raise `maxConnections`',
  });
});

test('ClientPool.client() takes the place of one that has ended', async () => {
  const { pool, made } = poolOf({ size: 1, maxConnections: 1, clientsPerConnection: 1 });
  const first = pool.client();
  await first.end();
  pool.client();
  assert.equal(made.length, 1);
  assert.deepEqual(
    pool.statistics().map(({ clients }) => clients),
    [1],
  );
});

test('ClientPool.subscribe() goes by one connection for each filter', () => {
  const { pool, made } = poolOf({ size: 4 });
  pool.subscribe('a/#');
  pool.subscribe('a/#');
  assert.deepEqual(
    made.map(({ done }) => done),
    [['subscribe a/#', 'subscribe a/#']],
  );
});

test('ClientPool.statistics() shows each connection, in order', async () => {
  const { pool } = poolOf({ size: 2 });
  pool.client();
  pool.client();
  const shown = pool.statistics().map(({ connection, state, inflight, clients, replaced }) => {
    return { connection, state, inflight, clients, replaced };
  });
  assert.deepEqual(shown, [
    { connection: 0, state: 'idle', inflight: 3, clients: 1, replaced: 0 },
    { connection: 1, state: 'idle', inflight: 3, clients: 1, replaced: 0 },
  ]);
});

test('ClientPool.end() ends all connections and refuses everything after it', async () => {
  const { pool, made } = poolOf({ size: 2 });
  pool.client();
  pool.client();
  await pool[Symbol.asyncDispose]();
  assert.deepEqual(
    made.map(({ state }) => state.type),
    ['ended', 'ended'],
  );
  await assert.rejects(pool.publish('t'), { code: 'ended' });
  assert.throws(() => pool.subscribe('t'), { code: 'ended' });
  assert.throws(() => pool.client(), { code: 'ended' });
});

const bad: readonly (readonly [limits: PoolLimits, message: string])[] = [
  [{ size: 0 }, 'size must be an integer from 1 to 16: it is 0'],
  [{ size: 5, maxConnections: 4 }, 'size must be an integer from 1 to 4: it is 5'],
  [{ size: 1.5 }, 'size must be an integer from 1 to 16: it is 1.5'],
  [{ maxConnections: 0 }, 'maxConnections must be an integer from 1 to 65535: it is 0'],
  [
    { clientsPerConnection: 0 },
    'clientsPerConnection must be an integer from 1 to Infinity: it is 0',
  ],
];
for (const [limits, message] of bad) {
  test(`ClientPool refuses ${JSON.stringify(limits)}`, () => {
    assert.throws(() => poolOf(limits), { name: 'RangeError', message });
  });
}
