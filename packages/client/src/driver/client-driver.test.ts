import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../client.js';
import { type ClientOptions, resolveOptions } from '../client-options.js';
import { clientWorld, connectedWorld } from '../client-world.testing.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { HandOutbox } from '../outbox/hand-outbox.testing.js';

const PERSISTENT = { clientId: 'c', cleanSession: false } as const;

test('ClientDriver keeps the session in its outbox over a restart of the process', async () => {
  const outbox = new HandOutbox();
  const world = await connectedWorld({ ...PERSISTENT, outbox });
  void world.client.publish('a', '1', { qos: 2 });
  void world.client.publish('a', '2', { qos: 1 });
  await world.settle();
  assert.deepEqual(world.server.take(), []);
  outbox.succeed();
  await world.settle();
  assert.deepEqual(world.server.take(), ['publish 2 a=1 id 1', 'publish 1 a=2 id 2']);
  // The process dies here. Another one takes over what was on disk.
  const next = clientWorld({ ...PERSISTENT, outbox: new HandOutbox(outbox.disk) });
  await next.client.start();
  await next.settle();
  next.server.accept(true);
  await next.settle();
  const again = ['publish 2 a=1 id 1 dup', 'publish 1 a=2 id 2 dup'];
  assert.deepEqual(next.server.take().slice(1), again);
});

test('ClientDriver sends CONNECT when the server is reached, not when the turn ends', async () => {
  const world = clientWorld({ clientId: 'c' });
  await world.client.start();
  await world.settle();
  world.server.open();
  assert.equal(world.server.take().length, 1);
  await world.settle();
  assert.equal(world.server.writes, 1);
  world.server.send({ type: 'connack', sessionPresent: false, returnCode: 0 });
  void world.client.publish('a', '1');
  void world.client.publish('a', '2');
  assert.equal(world.server.writes, 1);
  await world.settle();
  assert.equal(world.server.writes, 2);
});

test('ClientDriver tells of an outbox that cannot write, and tries again', async () => {
  const outbox = new HandOutbox();
  const world = await connectedWorld({ ...PERSISTENT, outbox });
  void world.client.publish('a', '1', { qos: 1 });
  await world.settle();
  outbox.fail();
  await world.settle();
  assert.equal(world.errors[0]?.code, 'outbox-failed');
  world.clock.advance(1000);
  outbox.succeed();
  await world.settle();
  assert.deepEqual(world.server.take(), ['publish 1 a=1 id 1']);
});

test('ClientDriver ignores what an old connection still tells', async () => {
  const world = await connectedWorld();
  const [old] = world.connections;
  world.server.lose();
  world.clock.advance(2000);
  await world.settle();
  world.server.accept();
  await world.settle();
  old?.send({ type: 'pingresp' });
  old?.sendBytes(new Uint8Array([0x10, 0]));
  await world.settle();
  assert.equal(world.client.state.type, 'connected');
});

test('ClientDriver takes an error of `credentials` for a failed attempt', async () => {
  const credentials = () => Promise.reject(new Error('no token'));
  const world = clientWorld({ credentials });
  const connected = world.client.connected();
  await world.client.start();
  await assert.rejects(connected, {
    code: 'unreachable',
    message: '`credentials` threw (no token): mend it',
  });
  await world.client.end();
});

const unsayable: readonly (readonly [string, ClientOptions])[] = [
  ['credentials that are none', { credentials: (() => undefined) as never }],
  ['credentials that are null', { credentials: (() => null) as never }],
  ['a client identifier that is none', { clientId: null as never }],
  ['a number for a password', { password: 5 as never }],
];
for (const [what, options] of unsayable) {
  test(`ClientDriver tells of ${what}, and ends`, async () => {
    const world = clientWorld(options);
    const connected = world.client.connected();
    await world.client.start();
    await world.settle();
    world.server.open();
    await assert.rejects(connected, { code: 'connect-refused', advice: /^use text/ });
  });
}

test('ClientDriver takes an error of `open` for a failed attempt', async () => {
  const options = resolveOptions('ws://host', {}, ['ws:']);
  const open = () => {
    throw new Error('not from a secure page');
  };
  const client = new Client(options, { open, clock: new ManualClock(), random: () => 0 });
  await client.start();
  await assert.rejects(client.connected(), { code: 'unreachable', message: /secure page/ });
  await client.end();
});

test('ClientDriver opens nothing if the client ends while it waits for credentials', async () => {
  let give: ((value: object) => void) | undefined;
  const credentials = () =>
    new Promise<object>((resolve) => {
      give = resolve;
    });
  const world = clientWorld({ credentials });
  await world.client.start();
  await world.client.end();
  give?.({});
  await world.settle();
  assert.equal(world.connections.length, 0);
});

test('ClientDriver leaves no timer behind', async () => {
  const world = await connectedWorld({ keepAlive: 5 });
  world.clock.advance(10_000);
  await world.client.end();
  assert.equal(world.clock.armed, 0);
});
