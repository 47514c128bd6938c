import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie retained lists messages and deletes one', async (t) => {
  const world = await AdminWorld.start(t);
  await world.broker.publish({ topic: 'a/b', payload: 'x\x1b', qos: 1, retain: true });
  await world.broker.publish({ topic: 'c', payload: 'y', retain: true });
  const { code, out } = await world.run(['retained', 'a/#']);
  assert.deepEqual([code, out], [0, ['TOPIC  QOS  BYTES  PAYLOAD', 'a/b      1      2  x\\u001b']]);
  const one = await world.run(['retained', '--limit', '1']);
  assert.equal(one.out.length, 2);
  const json = await world.run(['retained', 'c', '--json']);
  assert.deepEqual(json.out, ['{"topic":"c","qos":0,"payload_bytes":1,"payload":"eQ=="}']);
  assert.equal((await world.run(['retained', '--delete', 'a/b'])).code, 0);
  assert.equal(world.broker.retained.count, 1);
  const again = await world.run(['retained', '--delete', 'a/b']);
  assert.deepEqual([again.code, again.err], [1, ['no message is retained of this topic']]);
});

test('magpie retained refuses what is no filter', async (t) => {
  const world = await AdminWorld.start(t);
  const { code, err } = await world.run(['retained', 'a/#/b']);
  assert.deepEqual([code, err], [1, ['query.filter: it is no topic filter']]);
});
