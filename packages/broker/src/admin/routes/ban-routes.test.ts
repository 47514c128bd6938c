import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

test('banRoutes: a ban is listed until it is taken off, and ends the connection', async (t) => {
  const world = await ApiWorld.start(t);
  const client = await world.connect('c');
  const until = '2100-01-01T00:00:00.000Z';
  const ban = { as: 'clientid', who: 'c', until, reason: 'noise', by: 'program' };
  const json = { as: 'clientid', who: 'c', until, reason: 'noise' };
  assert.deepEqual(await world.data('POST /banned', 'operator', json), ban);
  await client.closedByPeer();
  assert.deepEqual(await world.data('GET /banned', 'viewer'), [ban]);
  assert.deepEqual(await world.data('DELETE /banned/clientid/c', 'operator'), { removed: true });
  assert.deepEqual(await world.data('GET /banned', 'viewer'), []);
});

test('banRoutes: networks and users can be banned', async (t) => {
  const world = await ApiWorld.start(t);
  await world.data('POST /banned', 'operator', { as: 'peerhost', who: '192.0.2.0/24' });
  await world.data('POST /banned', 'operator', { as: 'username', who: 'li' });
  const listed = (await world.data('GET /banned', 'viewer')) as { as: string; who: string }[];
  assert.deepEqual(
    listed.map(({ as, who }) => [as, who]),
    [
      ['username', 'li'],
      ['peerhost', '192.0.2.0/24'],
    ],
  );
  await world.data(`DELETE /banned/peerhost/${encodeURIComponent('192.0.2.0/24')}`, 'operator');
});
