import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

test('accessRoutes: a token that was made works until it is taken off', async (t) => {
  const world = await ApiWorld.start(t);
  const json = { name: 'grafana', role: 'viewer' };
  const made = (await world.data('POST /tokens', 'admin', json)) as { id: string; token: string };
  const headers = { authorization: `Bearer ${made.token}` };
  const self = await world.ask('GET /self', undefined, { headers });
  assert.deepEqual(await self.json(), {
    data: { username: 'grafana', role: 'viewer', csrf_token: null },
  });
  const listed = (await world.data('GET /tokens', 'admin')) as object[];
  assert.deepEqual(listed.at(-1), { id: made.id, ...json });
  await world.data(`DELETE /tokens/${made.id}`, 'admin');
  assert.equal((await world.ask('GET /self', undefined, { headers })).status, 401);
});

test('accessRoutes: accounts are listed without their passwords', async (t) => {
  const world = await ApiWorld.start(t);
  const json = { password: 'long enough', role: 'operator' };
  await world.data('PUT /accounts/li', 'admin', json);
  assert.deepEqual(await world.data('GET /accounts', 'admin'), [
    { username: 'admin', role: 'admin' },
    { username: 'li', role: 'operator' },
  ]);
});
