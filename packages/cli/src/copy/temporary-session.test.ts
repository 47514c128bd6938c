import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@magpie/client';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { forgetSession, lastingSession } from './temporary-session.js';

test('lastingSession() has a name of its own that every server takes, or the given one', () => {
  const own = lastingSession({ keepAlive: 5 }, undefined);
  assert.match(own.options.clientId ?? '', /^[0-9a-z]{1,23}$/);
  assert.deepEqual([own.isTemporary, own.options.cleanSession], [true, false]);
  assert.equal(own.options.keepAlive, 5);
  assert.notEqual(own.options.clientId, lastingSession({}, undefined).options.clientId);
  assert.deepEqual(lastingSession({}, 'me'), {
    options: { clientId: 'me', cleanSession: false },
    isTemporary: false,
  });
});

test('forgetSession() leaves nothing of a session', async (t) => {
  const { broker, url } = await startBroker(t);
  const { options } = lastingSession({}, undefined);
  const client = createClient(url, options);
  await client.start();
  await client.subscribe('a', { qos: 1 }).ready;
  await client.end();
  assert.equal(broker.gauges().sessions, 1);
  assert.equal(await forgetSession(new URL(url), options), true);
  await until(() => broker.gauges().sessions === 0);
});

test('forgetSession() says that a server cannot be had', async () => {
  const { options } = lastingSession({}, undefined);
  assert.equal(await forgetSession(new URL('mqtt://127.0.0.1:1'), options), false);
});
