import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import { WATCHES_MAX } from '../../observe/packets/packet-watches.js';
import { ApiWorld } from '../api/api-world.testing.js';

test('logRoutes: the level can be read and changed', async (t) => {
  const world = await ApiWorld.start(t);
  assert.deepEqual(await world.data('GET /log/level', 'viewer'), { level: 'info' });
  const debug = { level: 'debug' };
  assert.deepEqual(await world.data('PUT /log/level', 'operator', debug), debug);
  assert.deepEqual(await world.data('GET /log/level', 'viewer'), debug);
});

test('logRoutes: the packets of a client are logged until nobody wants them', async (t) => {
  const log = new RecordingLogger();
  const world = await ApiWorld.start(t, { log });
  await world.connect('pump');
  assert.deepEqual(log.of('packet-received'), []);
  const wanted = { as: 'clientid', who: 'pump', seconds: 60 };
  const watch = (await world.data('POST /log/packets', 'operator', wanted)) as { until: string };
  assert.ok(Math.abs(Date.parse(watch.until) - Date.now() - 60_000) < 30_000);
  assert.deepEqual(await world.data('GET /log/packets', 'viewer'), [watch]);
  await world.connect('pump', ['a', 1]);
  const types = log.of('packet-received').map(({ fields }) => fields['packet']);
  assert.deepEqual(types, ['CONNECT', 'SUBSCRIBE']);
  const removed = await world.data('DELETE /log/packets/clientid/pump', 'operator');
  assert.deepEqual(removed, { removed: true });
  await world.connect('pump');
  assert.equal(log.of('packet-received').length, 2);
});

test('logRoutes: an address can be watched, for 10 minutes if nobody says', async (t) => {
  const world = await ApiWorld.start(t);
  await world.data('POST /log/packets', 'operator', { as: 'peerhost', who: '192.0.2.7' });
  const [{ address, untilMs } = { address: '', untilMs: 0 }] = world.broker.packetWatches.list();
  assert.equal(address, '192.0.2.7');
  assert.ok(Math.abs(untilMs - Date.now() - 600_000) < 60_000);
});

test('logRoutes: more than can be watched is a conflict', async (t) => {
  const world = await ApiWorld.start(t);
  for (let one = 0; one < WATCHES_MAX; one++)
    world.broker.packetWatches.add({ clientId: `${one}` }, 60);
  const json = { as: 'clientid', who: 'more' };
  const answer = await world.ask('POST /log/packets', 'operator', { json });
  assert.equal(answer.status, 409);
});

test('logRoutes: who is not watched cannot be let go', async (t) => {
  const world = await ApiWorld.start(t);
  const answer = await world.ask('DELETE /log/packets/clientid/nobody', 'operator');
  assert.equal(answer.status, 404);
});
