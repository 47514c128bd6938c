import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PINGREQ } from '@magpie/protocol';
import { HandStore } from '../stores/hand-store.testing.js';
import { ConnectionWorld, subscribeTo } from './connection-world.testing.js';

/** `> SUBSCRIBE 1`: packets that came (`>`) and were sent (`<`), since the last time. */
function packetsOf(world: ConnectionWorld, clientId: string): string[] {
  const lines = world.log.lines.splice(0);
  return lines.flatMap(({ fields }) => {
    const { event, packet, packetId, clientId: of } = fields;
    if (of !== clientId || packet === undefined) return [];
    const way = event === 'packet-received' ? '>' : '<';
    return [[way, packet, packetId].filter((part) => part !== undefined).join(' ')];
  });
}

test('Connection tells every packet of a client that is watched, in order, and of no other', () => {
  const world = new ConnectionWorld();
  world.packetWatches.add({ clientId: 'pump' }, 60);
  const pump = world.subscriber('pump', 'a');
  const fan = world.subscriber('fan', 'b');
  fan.publish('a', 'm', { qos: 2, packetId: 9 });
  fan.send({ type: 'pubrel', packetId: 9 });
  fan.publish('a', 'm');
  world.endTurn();
  pump.send({ type: 'pubrec', packetId: 1 }, { type: 'pubcomp', packetId: 1 }, PINGREQ);
  world.endTurn();
  assert.deepEqual(packetsOf(world, 'pump'), [
    '> CONNECT',
    '< CONNACK',
    '> SUBSCRIBE 1',
    '< SUBACK 1',
    '< PUBLISH 1',
    '< PUBLISH',
    '> PUBREC 1',
    '< PUBREL 1',
    '> PUBCOMP 1',
    '> PINGREQ',
    '< PINGRESP',
  ]);
});

test('Connection tells packets only while its client is watched', () => {
  const world = new ConnectionWorld();
  const pump = world.connect('pump');
  pump.send(PINGREQ);
  assert.deepEqual(packetsOf(world, 'pump'), []);
  world.packetWatches.add({ address: '192.0.2.7' }, 60);
  pump.send(PINGREQ);
  assert.deepEqual(packetsOf(world, 'pump'), ['> PINGREQ', '< PINGRESP']);
  world.packetWatches.remove({ address: '192.0.2.7' });
  pump.send(PINGREQ);
  assert.deepEqual(packetsOf(world, 'pump'), []);
});

test('Connection tells a packet that waits for its commit when it is sent', async () => {
  const store = new HandStore();
  const world = new ConnectionWorld({}, store);
  world.packetWatches.add({ clientId: 'pump' }, 60);
  const pump = world.connect('pump');
  packetsOf(world, 'pump');
  pump.send(subscribeTo('a'));
  world.endTurn();
  const before = packetsOf(world, 'pump');
  await store.succeed();
  world.endTurn();
  assert.deepEqual([...before, ...packetsOf(world, 'pump')].at(-1), '< SUBACK 1');
});
