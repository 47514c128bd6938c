import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';
import type { ClientStatisticsInfo, SlowSubscriberInfo } from './statistic-routes.js';

test('statisticRoutes: what a client has published, was sent, and what was dropped', async (t) => {
  const world = await ApiWorld.start(t);
  const client = await world.connect('c', ['t', 1]);
  client.publish('t', 'hello', { qos: 1, packetId: 1 });
  await client.next('publish');
  const statistics = (await world.data(
    'GET /clients/c/statistics',
    'viewer',
  )) as ClientStatisticsInfo;
  assert.equal(statistics.connected, true);
  assert.ok(Math.abs(Date.parse(statistics.connected_at ?? '') - Date.now()) < 60_000);
  const one = { qos0: 0, qos1: 1, qos2: 0 };
  const five = { qos0: 0, qos1: 5, qos2: 0 };
  const { recv_msg, recv_payload_bytes, send_msg, send_payload_bytes } = statistics;
  assert.deepEqual([recv_msg, send_msg], [one, one]);
  assert.deepEqual([recv_payload_bytes, send_payload_bytes], [five, five]);
  assert.deepEqual([statistics.delivered_msg, statistics.inflight_cnt], [1, 1]);
  assert.equal(typeof statistics.acknowledgement?.waiting_ms, 'number');
  assert.equal(statistics.unwritten_ms, null);
});

test('statisticRoutes: a session whose client is away has statistics, too', async (t) => {
  const world = await ApiWorld.start(t);
  await world.away('away', ['t', 1]);
  await world.broker.publish({ topic: 't', payload: 'lost' });
  await world.broker.publish({ topic: 't', payload: 'kept', qos: 1 });
  const statistics = (await world.data(
    'GET /clients/away/statistics',
    'viewer',
  )) as ClientStatisticsInfo;
  const { connected, connected_at, dropped_msg, mqueue_len, mqueue_bytes, waited_msg } = statistics;
  assert.deepEqual([connected, connected_at], [false, null]);
  assert.deepEqual(dropped_msg, { 'offline-qos0': 1 });
  assert.deepEqual([mqueue_len, mqueue_bytes, waited_msg], [1, 5, 1]);
});

test('statisticRoutes: clients that owe an acknowledgement are ranked as slow', async (t) => {
  const world = await ApiWorld.start(t);
  const slow = await world.connect('slow', ['t', 1]);
  await world.connect('idle', ['other', 1]);
  assert.deepEqual(await world.data('GET /slow-subscribers', 'viewer'), []);
  await world.broker.publish({ topic: 't', payload: 'm', qos: 1 });
  await slow.next('publish');
  const ranked = (await world.data('GET /slow-subscribers', 'viewer')) as SlowSubscriberInfo[];
  assert.equal(ranked.length, 1);
  const [first] = ranked;
  assert.deepEqual(
    [first?.clientid, first?.of, first?.inflight_cnt],
    ['slow', 'acknowledgement', 1],
  );
  assert.equal(typeof first?.address, 'string');
  assert.ok((first?.delay_ms ?? 0) > 0);
});
