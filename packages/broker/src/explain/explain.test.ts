import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { explain } from './explain.js';
import { liveView } from './live-view.js';

test('explain() shows what the journal has about topic and client, and nothing else', () => {
  const world = new SessionWorld();
  world.online('c', { clean: true });
  world.online('d', { clean: true });
  world.journal.write({ kind: 'connected', clientId: 'c' });
  world.journal.write({ kind: 'connected', clientId: 'd' });
  world.publish('m', 0, 't');
  world.publish('m', 0, 'other');
  const { history } = explain({ topic: 't', to: 'c' }, liveView(world));
  const lines = history.map(({ kind, clientId, topic }) => `${kind} ${clientId} ${topic}`);
  assert.deepEqual(lines, ['connected c ', 'delivered c t', 'delivered d t']);
});

test('explain() shows the newest of a long history', () => {
  const world = new SessionWorld();
  for (let count = 0; count < 80; count++) {
    world.journal.write({ kind: 'connected', clientId: 'c', count });
  }
  const { history } = explain({ topic: 't', to: 'c' }, liveView(world));
  assert.deepEqual([history.length, history[0]?.count, history.at(-1)?.count], [50, 30, 79]);
});
