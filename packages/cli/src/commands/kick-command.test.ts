import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie kick ends connections', async (t) => {
  const world = await AdminWorld.start(t);
  await world.connect('pump-1');
  const ended = world.disconnected();
  assert.equal((await world.run(['kick', 'pump-1'])).code, 0);
  await ended;
  const again = await world.run(['kick', 'pump-1']);
  assert.deepEqual([again.code, again.err], [1, ['no client of this identifier is connected']]);
});
