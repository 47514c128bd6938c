import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie what-if says who would get a message', async (t) => {
  const world = await AdminWorld.start(t);
  const client = await world.connect('panel-1');
  await client.subscribe('plant/#', { qos: 1 }, () => {}).ready;
  const near = await world.connect('panel-2');
  await near.subscribe('plnat/#', { qos: 1 }, () => {}).ready;
  const args = ['what-if', '--topic', 'plant/7', '--qos', '2', '--lang', 'en'];
  assert.deepEqual((await world.run(args)).out, [
    '1 subscriber would be asked to take it',
    '  panel-1: sent at once, QoS 1',
    '  not panel-2: plnat/# (typo)',
  ]);
  const as = ['--from', 'new', '--username', 'u', '--address', '192.0.2.1'];
  assert.equal(
    (await world.run([...args, ...as])).out[1],
    '  supposed that new connects as user u, from 192.0.2.1',
  );
  const [json = ''] = (await world.run([...args, '--from', 'x', '--retain', '--json'])).out;
  assert.equal((JSON.parse(json) as { deliveriesCount: number }).deliveriesCount, 1);
});

test('magpie what-if says what is wrong with its flags', async (t) => {
  const world = await AdminWorld.start(t);
  const { code, err } = await world.run(['what-if', '--topic', 'a/+']);
  assert.equal(code, 2);
  assert.match(err.join('\n'), /'a\/\+' is no topic/);
  assert.equal((await world.run(['what-if', '--topic', 'a', '--qos', '3'])).code, 2);
  assert.equal((await world.run(['what-if', '--topic', 'a', '--username', 'u'])).code, 2);
});
