import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '../broker.js';
import { MemoryListener } from '../memory-listener.testing.js';
import { TestClient } from '../test-client.testing.js';

test('ClientDirectory shows who is connected, and sessions that wait', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  await TestClient.connected(listener, 'here', { keepAliveS: 60 });
  const away = await TestClient.connected(listener, 'away', { cleanSession: false });
  await away.subscribe(['a', 1]);
  const left = new Promise((resolve) => {
    broker.on('disconnected', resolve);
  });
  away.send({ type: 'disconnect' });
  await left;
  assert.equal(broker.clients.size, 2);
  const [here, waiting] = broker.clients.all();
  assert.deepEqual(
    [here?.clientId, here?.presence?.keepAliveS, here?.persistent],
    ['here', 60, false],
  );
  assert.deepEqual(
    [waiting?.clientId, waiting?.presence, waiting?.persistent],
    ['away', undefined, true],
  );
  assert.deepEqual([...(waiting?.subscriptions ?? [])], [['a', 1]]);
  assert.equal(broker.clients.get('nobody'), undefined);
});
