import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeConnection } from './client-world.testing.js';
import { clientOn, connectOn, type Platform } from './create-client.js';
import { SystemClock } from './model/clock.js';
import { systemRandom } from './model/random.js';

function platform(): { platform: Platform; connections: FakeConnection[] } {
  const connections: FakeConnection[] = [];
  const open: Platform['open'] = (server, handler) => {
    const connection = new FakeConnection(server, handler);
    connections.push(connection);
    return connection;
  };
  const parts = { clock: new SystemClock(), random: systemRandom };
  return { platform: { ...parts, schemes: ['mqtt:'], open }, connections };
}

const soon = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test('connectOn() resolves to a client that is connected', async () => {
  const { platform: on, connections } = platform();
  const connecting = connectOn(on, 'mqtt://one', {});
  await soon();
  connections[0]?.accept();
  const client = await connecting;
  assert.equal(client.state.type, 'connected');
  await client.end();
});

test('connectOn() ends what it began when it is given up', async () => {
  const { platform: on, connections } = platform();
  const abort = new AbortController();
  const connecting = connectOn(on, 'mqtt://one', { signal: abort.signal });
  await soon();
  abort.abort();
  await assert.rejects(connecting, { name: 'AbortError' });
  assert.equal(connections[0]?.closing, 'closed now');
});

test('clientOn() connects to nothing before start()', () => {
  const { platform: on, connections } = platform();
  assert.equal(clientOn(on, 'mqtt://one', {}).state.type, 'idle');
  assert.equal(connections.length, 0);
});
