import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { MessageReceivers } from './message-receivers.js';

test('MessageReceivers knows whose subscriptions match a topic, shared ones too', () => {
  const world = new SessionWorld();
  const receivers = new MessageReceivers(world);
  const [session] = world.online('c');
  world.registry.unsubscribe(session, '#');
  world.online('other');
  for (const filter of ['a/+', '$share/g/b/#']) world.registry.subscribe(session, filter, 1);
  for (const [clientId, topic, included] of [
    ['c', 'a/1', true],
    ['c', 'b', true],
    ['c', 'b/1', true],
    ['c', 'a/1/2', false],
    ['c', 'A/1', false],
    ['other', 'a/1/2', true],
    ['other', '$SYS/a', false],
    ['nobody', 'a/1', false],
  ] as const) {
    assert.equal(receivers.includes(clientId, topic), included, `${clientId} ${topic}`);
  }
});

test('MessageReceivers counts that subscriptions come and go', () => {
  const world = new SessionWorld();
  const receivers = new MessageReceivers(world);
  const [session] = world.online('c');
  const seen = new Set([receivers.generation]);
  world.registry.subscribe(session, '$share/g/a', 1);
  seen.add(receivers.generation);
  assert.equal(receivers.includes('c', 'a'), true);
  world.registry.end(session);
  seen.add(receivers.generation);
  assert.equal(receivers.includes('c', 'a'), false);
  assert.equal(seen.size, 3);
});
