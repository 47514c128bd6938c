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

test('magpie subs lists those of all clients, and finds who gets a topic', async (t) => {
  const world = await AdminWorld.start(t);
  const [pump, lamp] = [await world.connect('pump'), await world.connect('lamp')];
  await pump.subscribe('a/+', { qos: 1 }, () => {}).ready;
  await pump.subscribe('$share/g/b', { qos: 0 }, () => {}).ready;
  await lamp.subscribe('a/b', { qos: 0 }, () => {}).ready;
  const { code, out, err } = await world.run(['subs']);
  assert.deepEqual([code, err], [0, []]);
  assert.deepEqual(
    out.map((line) => line.replaceAll(/ +/g, ' ')),
    ['CLIENT FILTER QOS', 'pump a/+ 1', 'pump $share/g/b 0', 'lamp a/b 0'],
  );
  const found = async (...args: string[]) => {
    const { out: lines } = await world.run(['subs', '--json', ...args]);
    return lines.map((line) => (JSON.parse(line) as { topic: string }).topic);
  };
  assert.deepEqual(await found('--match', 'a/b'), ['a/+', 'a/b']);
  assert.deepEqual(await found('--match', 'a/b', 'lamp'), ['a/b']);
  assert.deepEqual(await found('--filter', 'a/+'), ['a/+']);
  assert.deepEqual(await found('--group', 'g'), ['$share/g/b']);
  const some = await world.run(['subs', '--limit', '2']);
  assert.deepEqual(some.err, ['2 of 3 are shown: see --limit']);
});

test('magpie subs says that there is no such client', async (t) => {
  const world = await AdminWorld.start(t);
  const { code, err } = await world.run(['subs', 'nobody']);
  assert.equal(code, 1);
  assert.deepEqual(err, ['no client of this identifier is connected or has a session']);
});
