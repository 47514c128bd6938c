import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

test('hostRoutes: POST /reload says what has changed, or why nothing has', async (t) => {
  const world = await ApiWorld.start(t);
  assert.deepEqual(await world.data('POST /reload', 'admin'), {
    changes: ['limits.inflightMax: 32 → 7'],
    restart: [],
    warnings: [],
    clients_revoked: 1,
    sessions_revoked: 2,
  });
  world.host.report = { refused: ['magpie.yaml:3: a', 'acl.yaml:1: b'] };
  const refused = await world.ask('POST /reload', 'admin');
  assert.deepEqual(
    [refused.status, await refused.json()],
    [409, { code: 'RELOAD_REFUSED', message: 'magpie.yaml:3: a\nacl.yaml:1: b' }],
  );
});

test('hostRoutes: users are listed, made, given another password, and removed', async (t) => {
  const world = await ApiWorld.start(t);
  const names = async (query = '') => {
    const data = (await world.data(`GET /users${query}`, 'admin')) as { username: string }[];
    return data.map(({ username }) => username);
  };
  assert.deepEqual(await names(), ['ali', 'bo']);
  const put = (name: string) => world.data(`PUT /users/${name}`, 'admin', { password: 'x y' });
  assert.deepEqual(await put('sensor%207'), { username: 'sensor 7', added: true });
  assert.deepEqual(await put('~..'), { username: '..', added: true });
  assert.deepEqual(await put('bo'), { username: 'bo', added: false });
  assert.deepEqual(await names('?like_username=o'), ['bo', 'sensor 7']);
  assert.deepEqual(await world.data('DELETE /users/~..', 'admin'), { removed: true });
  assert.deepEqual(await names('?limit=1&page=3'), ['sensor 7']);
});

test('hostRoutes: without a user file there are no users to change', async (t) => {
  const world = await ApiWorld.start(t);
  world.host.hasUsers = false;
  for (const [call, json] of [
    ['GET /users'],
    ['PUT /users/a', { password: 'x' }],
    ['DELETE /users/a'],
  ] as const) {
    const response = await world.ask(call, 'admin', { json });
    assert.equal(response.status, 409);
    assert.equal(((await response.json()) as { code: string }).code, 'NOT_CONFIGURED');
  }
});
