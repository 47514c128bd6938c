import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionWorld } from './session-world.testing.js';

/** What the journal has of a client: kind, topic and why. */
function lines(world: SessionWorld, clientId = 'c'): string[] {
  const entries = world.journal.read({ clientIds: [clientId] });
  return entries.map(({ kind, topic, why }) => [kind, topic, why].filter(Boolean).join(' '));
}

test('SessionTally counts exactly, and writes the first of what is alike', () => {
  const world = new SessionWorld();
  const [session] = world.online('c', { clean: true });
  for (let number = 0; number < 100; number++) world.publish('m', 0, number < 60 ? 'a' : 'b');
  assert.equal(session.tally.sent, 100);
  assert.deepEqual(lines(world), ['delivered a', 'delivered b']);
  world.journal.time(1e9);
  world.publish('m', 1, 'b');
  assert.deepEqual(lines(world).slice(2), ['delivered b']);
});

test('SessionTally says what waits, is dropped for what reason, and what an end lost', () => {
  const world = new SessionWorld({ queuedMessagesMax: 2 });
  const session = world.session();
  for (const qos of [0, 1, 1, 1, 1, 0] as const) world.publish('m', qos);
  const dropped = ['queue-full', 'offline-qos0'].map((reason) => `dropped t ${reason}`);
  assert.deepEqual(lines(world), [dropped[1], 'queued t', dropped[0], dropped[1]]);
  assert.deepEqual(
    [...session.tally.dropped],
    [
      ['offline-qos0', 2],
      ['queue-full', 2],
    ],
  );
  assert.equal(session.tally.queued, 2);
  world.registry.end(session);
  const [end] = world.journal.read({ clientIds: ['c'] }).slice(-1);
  assert.deepEqual([end?.kind, end?.why, end?.count], ['session-ended', 'session-discarded', 2]);
});

test('SessionTally writes only a few entries in one tick', () => {
  const world = new SessionWorld();
  world.online('c', { clean: true });
  for (let number = 0; number < 100; number++) world.publish('m', 0, `t/${number}`);
  assert.equal(lines(world).length, 8);
});

test('SessionTally writes nothing while the journal is off', () => {
  const world = new SessionWorld({ journalSizeMax: 0 });
  const [session] = world.online('c', { clean: true });
  world.publish('m', 0);
  assert.deepEqual([session.tally.sent, lines(world)], [1, []]);
});
