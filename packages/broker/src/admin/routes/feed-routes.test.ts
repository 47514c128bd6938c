import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import type { JournalEntry } from '../../observe/journal/journal-entry.js';
import { ApiWorld } from '../api/api-world.testing.js';
import { FeedReader } from '../api/feed-reader.testing.js';
import type { LiveMessage } from './feed-routes.js';

async function open(world: ApiWorld, path: string): Promise<FeedReader> {
  const response = await world.ask(`GET ${path}`, 'operator');
  assert.equal(response.status, 200);
  return new FeedReader(response.body);
}

async function next(reader: FeedReader): Promise<string> {
  const { event, data } = await reader.next();
  const { kind, clientId, topic, other, why } = data as JournalEntry;
  assert.equal(event, kind);
  return [kind, clientId, topic, other, why].join(' ').trim();
}

test('feedRoutes: /events tells what happens to clients', async (t) => {
  const world = await ApiWorld.start(t);
  const reader = await open(world, '/events');
  const client = await world.connect('c', ['a/+', 1]);
  assert.match(await next(reader), /^connected c /);
  assert.equal(await next(reader), 'subscribed c a/+');
  await world.data('POST /banned', 'operator', { as: 'clientid', who: 'c', reason: 'noise' });
  assert.equal(await next(reader), 'banned c   noise');
  await client.closedByPeer();
  assert.match(await next(reader), /^session-ended c /);
  assert.match(await next(reader), /^disconnected c /);
  await world.data('DELETE /banned/clientid/c', 'operator');
  assert.equal(await next(reader), 'unbanned c   noise');
  await world.away('away', ['q', 1]);
  await world.broker.publish({ topic: 'q', qos: 0 });
  let seen = await next(reader);
  while (!seen.startsWith('dropped')) seen = await next(reader);
  assert.equal(seen, 'dropped away q  offline-qos0');
});

test('feedRoutes: /events of some kinds, or of one client', async (t) => {
  const world = await ApiWorld.start(t);
  const kinds = await open(world, '/events?kinds=subscribed,unsubscribed');
  const mine = await open(world, '/events?clientid=b');
  await world.connect('a', ['x', 0]);
  await world.connect('b', ['y', 0]);
  assert.equal(await next(kinds), 'subscribed a x');
  assert.equal(await next(kinds), 'subscribed b y');
  assert.match(await next(mine), /^connected b /);
});

test('feedRoutes: /messages/live shows messages, and others get them, too', async (t) => {
  const world = await ApiWorld.start(t);
  const client = await world.connect('c', ['plant/#', 1]);
  const reader = await open(world, '/messages/live?filter=plant/%2B&max_payload_bytes=2');
  await world.broker.publish({ topic: 'other', payload: 'x' });
  client.publish('plant/7', 'warm', { qos: 1, packetId: 1, retain: true });
  const { event, data } = await reader.next();
  const { at, payload, ...rest } = data as LiveMessage;
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  assert.equal(Buffer.from(payload, 'base64').toString(), 'wa');
  const message = { topic: 'plant/7', qos: 1, retain: true, from_clientid: 'c', payload_bytes: 4 };
  assert.deepEqual([event, rest], ['message', message]);
  assert.match(await client.message(), /^plant\/7=warm /);
});

test('feedRoutes: /messages/live leaves out what is above the rate, and tells it', async (t) => {
  const clock = new ManualClock();
  const world = await ApiWorld.start(t, { clock });
  const reader = await open(world, '/messages/live?filter=%23&rate=2');
  const topics = async (...names: readonly string[]) => {
    for (const topic of names) await world.broker.publish({ topic });
  };
  const seen = async () => {
    const { event, data } = await reader.next();
    return event === 'message' ? (data as LiveMessage).topic : data;
  };
  await topics('1', '2', '3', '4', '5');
  clock.advance(500);
  await topics('6');
  assert.deepEqual([await seen(), await seen()], ['1', '2']);
  assert.deepEqual([await seen(), await seen()], [{ slow: 0, rate: 3 }, '6']);
  await reader.cancel();
});

test('feedRoutes: a feed that ends takes its subscription and its listener off', async (t) => {
  const world = await ApiWorld.start(t);
  const before = world.broker.gauges().subscriptions;
  const reader = await open(world, '/messages/live?filter=a');
  assert.equal(world.broker.gauges().subscriptions, before + 1);
  await reader.cancel();
  assert.equal(world.broker.gauges().subscriptions, before);
});
