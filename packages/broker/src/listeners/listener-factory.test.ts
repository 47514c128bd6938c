import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '../broker.js';
import type { Listener } from './listener.js';
import type { ListenOptions } from './listener-factory.js';

for (const type of ['tcp', 'ws'] as const) {
  test(`ListenerFactory: type ${type} is on the loopback address unless told`, async (t) => {
    const broker = await createBroker();
    t.after(() => broker.close());
    const address = await broker.listen({ type, port: 0 });
    assert.equal(address.type, type);
    assert.equal(address.host, '127.0.0.1');
    assert.notEqual(address.port, 0);
  });
}

test('ListenerFactory takes a listener of your own as it is', async (t) => {
  const broker = await createBroker();
  let closed = 0;
  const own: Listener = {
    listen: async () => ({ type: 'tcp', host: 'own', port: 1 }),
    close: async () => {
      closed += 1;
    },
  };
  t.after(() => broker.close());
  assert.equal((await broker.listen(own)).host, 'own');
  await broker.close();
  assert.equal(closed, 1);
});

test('ListenerFactory refuses a type that it does not know, and names those it does', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  await assert.rejects(broker.listen({ type: 'quic' } as unknown as ListenOptions), {
    name: 'TypeError',
    message: 'A listener must be of type tcp, tls, ws or wss: its type is quic',
  });
});
