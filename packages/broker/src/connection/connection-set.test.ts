import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PINGREQ } from '@magpie/protocol';
import { ConnectionWorld, willOf } from './connection-world.testing.js';

/** What has happened to a promise when all callbacks have run. */
async function stateOf(promise: Promise<void>): Promise<'pending' | 'resolved'> {
  let state: 'pending' | 'resolved' = 'pending';
  void promise.then(() => {
    state = 'resolved';
  });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return state;
}

test('ConnectionSet.size is the number of transports that are not closed', () => {
  const world = new ConnectionWorld();
  const [one, other] = [world.open(), world.connect('c')];
  assert.equal(world.connections.size, 2);
  other.send({ type: 'disconnect' });
  assert.equal(world.connections.size, 2); // it still has to be closed
  other.close();
  one.close();
  one.close();
  assert.equal(world.connections.size, 0);
  assert.deepEqual([world.counters.connectionsOpened, world.counters.connectionsClosed], [2, 2]);
});

test('ConnectionSet.accept() refuses what goes beyond connectionsMax, unread', () => {
  const world = new ConnectionWorld({ connectionsMax: 2 });
  const [first, second] = [world.open(), world.connect('c')];
  const third = world.open('198.51.100.1');
  assert.deepEqual([third.transport.started, third.transport.destroyed], [false, true]);
  assert.equal(world.counters.connectionsRefused, 1);
  const [line] = world.log.of('connection-refused');
  const fields = { event: 'connection-refused', address: '198.51.100.1', connectionsMax: 2 };
  assert.equal(line?.level, 'warn');
  assert.deepEqual(line.fields, fields);
  second.send(PINGREQ);
  assert.deepEqual(second.got(), ['pingresp']);
  first.close();
  world.connect('d');
  assert.deepEqual([world.connections.size, world.counters.connectionsOpened], [2, 3]);
});

test('ConnectionSet.close() ends all connections and waits until they are closed', async () => {
  const world = new ConnectionWorld();
  const watcher = world.subscriber('watcher', 'will');
  const idle = world.open();
  const peer = world.connect('c', { will: willOf('broker gone') });
  const closing = world.connections.close('broker-closed');
  const peers = [watcher, idle, peer];
  for (const { transport } of peers) assert.equal(transport.ended, true);
  assert.deepEqual(world.ended, ['watcher: broker-closed', 'c: broker-closed']);
  for (const { transport } of peers) {
    assert.equal(await stateOf(closing), 'pending');
    transport.close();
  }
  assert.equal(await stateOf(closing), 'resolved');
  world.assertEmpty();
});

test('ConnectionSet.close() without connections resolves', async () => {
  const { connections } = new ConnectionWorld();
  assert.equal(await stateOf(connections.close('broker-closed')), 'resolved');
});

test('ConnectionSet.close() gives up on peers that do not read', async () => {
  const world = new ConnectionWorld();
  const peer = world.connect('c');
  peer.transport.takes = false;
  peer.send(PINGREQ);
  world.endTurn();
  const closing = world.connections.close('broker-closed');
  world.clock.advance(10_000);
  assert.equal(peer.transport.destroyed, true);
  peer.close();
  assert.equal(await stateOf(closing), 'resolved');
  world.assertEmpty();
});

test('ConnectionSet.accept() takes nothing once it is closed', async () => {
  const world = new ConnectionWorld();
  await world.connections.close('broker-closed');
  const late = world.open();
  assert.deepEqual([late.transport.started, late.transport.destroyed], [false, true]);
  assert.equal(world.connections.size, 0);
});

test('ConnectionSet.close() goes on when a will cannot be published', async () => {
  const world = new ConnectionWorld();
  const peers = ['a', 'b'].map((name) => world.connect(name, { will: willOf('unseen') }));
  world.authorizer.publish = () => {
    throw new Error('broken');
  };
  const closing = world.connections.close('broker-closed');
  for (const { transport } of peers) assert.equal(transport.ended, true);
  for (const { transport } of peers) transport.close();
  assert.equal(await stateOf(closing), 'resolved');
  assert.equal(world.log.of('will-failed').length, 2);
});
