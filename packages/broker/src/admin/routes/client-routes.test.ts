import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';
import type { ClientInfo } from './client-routes.js';

async function clients(world: ApiWorld, query = ''): Promise<string[]> {
  const data = (await world.data(`GET /clients${query}`, 'viewer')) as ClientInfo[];
  return data.map(({ clientid }) => clientid);
}

test('clientRoutes: a client is shown with its connection, session and counts', async (t) => {
  const world = await ApiWorld.start(t);
  await world.connect('c', ['a/+', 1], ['b', 0]);
  const shown = (await world.data('GET /clients/c', 'viewer')) as ClientInfo;
  assert.ok(Math.abs(Date.parse(shown.connected_at ?? '') - Date.now()) < 60_000);
  assert.deepEqual(
    { ...shown, connected_at: '', address: '' },
    {
      clientid: 'c',
      username: null,
      connected: true,
      address: '',
      connected_at: '',
      proto_ver: 4,
      keepalive: 0,
      clean_start: true,
      subscriptions_cnt: 2,
      mqueue_len: 0,
      inflight_cnt: 0,
    },
  );
});

test('clientRoutes: a session whose client is away is shown with what waits for it', async (t) => {
  const world = await ApiWorld.start(t);
  await world.away('away', ['a', 1]);
  await world.broker.publish({ topic: 'a', qos: 1 });
  const shown = (await world.data('GET /clients/away', 'viewer')) as ClientInfo;
  assert.deepEqual(
    [shown.connected, shown.address, shown.connected_at, shown.mqueue_len, shown.clean_start],
    [false, null, null, 1, false],
  );
  assert.deepEqual(await clients(world, '?conn_state=disconnected'), ['away']);
  assert.deepEqual(await clients(world, '?conn_state=connected'), []);
});

test('clientRoutes: clients are listed page by page, and found by their names', async (t) => {
  const world = await ApiWorld.start(t);
  for (const name of ['pump-1', 'pump-2', 'lamp-1']) await world.connect(name);
  assert.deepEqual(await clients(world, '?limit=2'), ['pump-1', 'pump-2']);
  assert.deepEqual(await clients(world, '?limit=2&page=2'), ['lamp-1']);
  assert.deepEqual(await clients(world, '?like_clientid=ump'), ['pump-1', 'pump-2']);
  assert.deepEqual(await clients(world, '?username=li'), []);
});

test('clientRoutes: the names of clients may hold anything', async (t) => {
  const world = await ApiWorld.start(t);
  for (const name of ['a/b c?d', '__proto__', '<script>', '😀']) {
    await world.connect(name, ['x', 0]);
    const path = `/clients/${encodeURIComponent(name)}`;
    assert.equal(((await world.data(`GET ${path}`, 'viewer')) as ClientInfo).clientid, name);
    assert.deepEqual(await world.data(`GET ${path}/subscriptions`, 'viewer'), [
      { clientid: name, topic: 'x', qos: 0 },
    ]);
  }
});

test('clientRoutes: DELETE ends the connection', async (t) => {
  const world = await ApiWorld.start(t);
  const client = await world.connect('c');
  assert.deepEqual(await world.data('DELETE /clients/c', 'operator'), { disconnected: true });
  await client.closedByPeer();
  assert.equal((await world.ask('DELETE /clients/c', 'operator')).status, 404);
});
