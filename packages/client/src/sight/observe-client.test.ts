import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test, type TestContext } from 'node:test';
import { clientWorld } from '../client-world.testing.js';
import { type ClientDiagnostics, observeClient, observePackets } from './observe-client.js';

function listen(t: TestContext, name: string): ClientDiagnostics[] {
  const heard: ClientDiagnostics[] = [];
  const listener = (message: unknown) => void heard.push(message as ClientDiagnostics);
  subscribe(name, listener);
  t.after(() => unsubscribe(name, listener));
  return heard;
}

test('observeClient() publishes states and errors, and packets if they are wanted', async (t) => {
  const states = listen(t, 'magpie:client:state');
  const errors = listen(t, 'magpie:client:error');
  const packets = listen(t, 'magpie:client:packet');
  const world = clientWorld({}, 'mqtt://one', () => 0, observeClient);
  observePackets(world.client);
  await world.client.start();
  await world.settle();
  world.server.accept();
  await world.settle();
  world.server.lose(new Error('gone'));
  await world.settle();
  const types = states.map(({ event }) => (event as { readonly type: string }).type);
  assert.deepEqual(types, ['connecting', 'connected', 'waiting']);
  assert.deepEqual(
    errors.map(({ event }) => (event as { readonly code: string }).code),
    ['connection-lost'],
  );
  assert.deepEqual(
    packets.map(({ event }) => (event as { readonly type: string }).type),
    ['connect', 'connack'],
  );
  assert.ok([...states, ...errors, ...packets].every(({ client }) => client === world.client));
  await world.client.end();
});

test('observePackets() looks at no packet that nobody wants', async (t) => {
  const world = clientWorld({}, 'mqtt://one', () => 0, observeClient);
  observePackets(world.client);
  const packets = listen(t, 'magpie:client:packet'); // too late for this client
  await world.client.start();
  await world.settle();
  world.server.accept();
  await world.settle();
  assert.deepEqual(packets, []);
  await world.client.end();
});
