import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie subs lists the subscriptions of a client', async (t) => {
  const world = await AdminWorld.start(t);
  const client = await world.connect('pump 1');
  await client.subscribe('a/+', { qos: 1 }, () => {}).ready;
  const { code, out } = await world.run(['subs', 'pump 1']);
  assert.deepEqual([code, out], [0, ['FILTER  QOS', 'a/+     1']]);
  const json = await world.run(['subs', 'pump 1', '--json']);
  assert.deepEqual(json.out, ['{"clientid":"pump 1","topic":"a/+","qos":1}']);
});

test('magpie subs says that there is no such client', async (t) => {
  const world = await AdminWorld.start(t);
  const { code, err } = await world.run(['subs', 'nobody']);
  assert.equal(code, 1);
  assert.deepEqual(err, ['no client of this identifier is connected or has a session']);
});
