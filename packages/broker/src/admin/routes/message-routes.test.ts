import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

test('messageRoutes: what is published reaches clients, as text or as bytes', async (t) => {
  const world = await ApiWorld.start(t);
  const client = await world.connect('c', ['#', 0]);
  await world.data('POST /publish', 'operator', { topic: 'a', payload: 'ä' });
  assert.equal(await client.message(), 'a=ä @ 0');
  const bytes = { topic: 'a', payload: 'eA==', payload_encoding: 'base64' };
  await world.data('POST /publish', 'operator', bytes);
  assert.equal(await client.message(), 'a=x @ 0');
});

test('messageRoutes: retained messages are listed, looked at and deleted', async (t) => {
  const world = await ApiWorld.start(t);
  const retain = { topic: 'a/b', payload: 'x', qos: 1, retain: true };
  await world.data('POST /publish', 'operator', retain);
  const message = { topic: 'a/b', qos: 1, payload_bytes: 1, payload: 'eA==' };
  assert.deepEqual(await world.data('GET /retained', 'viewer'), [message]);
  assert.deepEqual(await world.data('GET /retained?filter=b', 'viewer'), []);
  assert.deepEqual(await world.data('GET /retained/message?topic=a/b', 'viewer'), message);
  await world.data('DELETE /retained/message?topic=a/b', 'operator');
  assert.equal((await world.ask('GET /retained/message?topic=a/b', 'viewer')).status, 404);
});

test('messageRoutes: a list shows the beginning of a long message', async (t) => {
  const world = await ApiWorld.start(t);
  await world.broker.publish({ topic: 'a', payload: 'x'.repeat(5000), retain: true });
  const [listed] = (await world.data('GET /retained', 'viewer')) as [{ payload: string }];
  assert.equal(Buffer.from(listed.payload, 'base64').length, 1024);
  const whole = await world.data('GET /retained/message?topic=a', 'viewer');
  assert.equal(Buffer.from((whole as { payload: string }).payload, 'base64').length, 5000);
});

test('messageRoutes: the tree of topics is walked level by level', async (t) => {
  const world = await ApiWorld.start(t);
  for (const topic of ['a', 'a/b', 'c/d']) {
    await world.broker.publish({ topic, payload: 'x', retain: true });
  }
  assert.deepEqual(await world.data('GET /topics', 'viewer'), [
    // What the broker tells of itself.
    { level: '$SYS', topic: '$SYS', retained: false, parent: true },
    { level: 'a', topic: 'a', retained: true, parent: true },
    { level: 'c', topic: 'c', retained: false, parent: true },
  ]);
  assert.deepEqual(await world.data('GET /topics?parent=c', 'viewer'), [
    { level: 'd', topic: 'c/d', retained: true, parent: false },
  ]);
});
