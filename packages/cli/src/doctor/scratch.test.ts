import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError, connect, SubscribeRefusedError } from '@magpie/client';
import { startBroker } from '../mqtt/broker.testing.js';
import { GUARDED } from './guarded-broker.testing.js';
import { Scratch } from './scratch.js';

test('Scratch tells its messages from each other, whatever else comes', async (t) => {
  const { broker, url } = await startBroker(t, GUARDED);
  await using client = await connect(url, { reconnect: false });
  const scratch = new Scratch(client);
  assert.equal(await scratch.listen('a'), 2);
  await broker.publish({ topic: 'a', payload: 'something else' });
  const trips = [0, 1, 2].map((qos) => {
    return scratch.roundTrip('a', qos as 0 | 1 | 2, { bytes: 100 + qos, patienceMs: 10_000 });
  });
  const backs = await Promise.all(trips);
  assert.deepEqual(
    backs.map((back) => [back?.message.qos, back?.message.bytes.length]),
    [
      [0, 100],
      [1, 101],
      [2, 102],
    ],
  );
  assert.equal(await scratch.roundTrip('secret', 1, { patienceMs: 50 }), undefined);
});

test('Scratch says when a subscription is refused, and when the connection ends', async (t) => {
  const { broker, url } = await startBroker(t, GUARDED);
  await using client = await connect(url, { reconnect: false, clientId: 'me' });
  const scratch = new Scratch(client);
  await assert.rejects(scratch.listen('private'), SubscribeRefusedError);
  const trip = scratch.roundTrip('elsewhere', 0, { patienceMs: 10_000 });
  broker.disconnect('me');
  await assert.rejects(trip, ClientError);
});
