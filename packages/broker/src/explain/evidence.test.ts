import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { explain } from './explain.js';
import { liveView } from './live-view.js';

function kinds(world: SessionWorld, to = 'c'): string[] {
  const { evidence } = explain({ topic: 't', to }, liveView(world));
  return evidence.map(({ kind, filter, why, count }) => {
    return [kind, filter ?? why, count].filter((part) => part !== undefined).join(' ');
  });
}

test('evidenceOf() tells of the client, its filters and its counts', () => {
  const world = new SessionWorld();
  const [session] = world.online();
  world.registry.subscribe(session, 'other', 1);
  world.retain('t', 'm', 0);
  assert.deepEqual(kinds(world), ['connected-now', 'subscribes-to #', 'counts 1', 'retained-now']);
  world.registry.leave(session);
  world.publish('m', 0);
  world.publish('m', 1);
  const away = ['away-now 1', 'subscribes-to #', 'counts 1', 'dropped-counts offline-qos0 1'];
  assert.deepEqual(kinds(world), [...away, 'retained-now']);
  assert.deepEqual(kinds(world, 'nobody'), ['no-session-now', 'retained-now']);
});
