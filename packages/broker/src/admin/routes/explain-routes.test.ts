import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

test('explainRoutes: why a message has arrived, and why not', async (t) => {
  const world = await ApiWorld.start(t);
  await world.connect('c', ['a/+', 0]);
  await world.broker.publish({ topic: 'a/b', payload: 'x' });
  const ask = async (query: string) => {
    const data = await world.data(`GET /explain?${query}`, 'viewer');
    return data as { verdict: { kind: string; names?: string[] }; history: unknown[] };
  };
  const { verdict, history } = await ask('topic=a/b&to=c');
  assert.equal(verdict.kind, 'delivered');
  assert.equal(history.length, 4);
  assert.equal((await ask('topic=a/b&to=nobody')).verdict.kind, 'never-connected');
  const other = await ask('topic=a/c&to=c&since_ms=60000');
  assert.deepEqual([other.verdict.kind, other.verdict.names], ['no-publish', ['a/b']]);
});

test('explainRoutes: who would get a message', async (t) => {
  const world = await ApiWorld.start(t);
  await world.connect('c', ['a/+', 1]);
  await world.away('d', ['a/b', 0]);
  const answer = await world.data('GET /what-if?topic=a/b&qos=1', 'viewer');
  const { deliveries, deliveriesCount } = answer as {
    deliveries: { clientId: string; outcome: string; qos: number }[];
    deliveriesCount: number;
  };
  const lines = deliveries.map(({ clientId, outcome, qos }) => `${clientId} ${outcome} ${qos}`);
  assert.deepEqual(lines.toSorted(), ['c sent 1', 'd dropped 0']);
  assert.equal(deliveriesCount, 2);
  assert.equal(world.broker.counters.messagesFromInside, 0);
  const query = 'topic=a/b&from=p&username=u&address=192.0.2.1';
  const assumed = (await world.data(`GET /what-if?${query}`, 'viewer')) as { assumed: unknown };
  assert.deepEqual(assumed.assumed, { username: 'u', address: '192.0.2.1' });
});
