import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionWorld } from '../sessions/session-world.testing.js';
import type { Message } from '../model/message.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { explain } from './explain.js';
import { liveView } from './live-view.js';

/** A world whose publishes are noted as those of a broker are. */
function published(world: SessionWorld, message: Message): void {
  const { topic, publisher: clientId, qos, retain } = message;
  world.journal.write({ kind: 'published', clientId, topic, qos, retain, count: 1 });
  world.route(message);
}

function verdictOf(world: SessionWorld, sinceMs?: number) {
  const question = { topic: 't', to: 'c', ...(sinceMs !== undefined && { sinceMs }) };
  return explain(question, liveView(world)).verdict;
}

test('Inquiry: a persistent session has expired, before or after the message', () => {
  for (const isLate of [false, true]) {
    const world = new SessionWorld({ sessionExpiry: 60 });
    const [session] = world.online();
    world.journal.write({ kind: 'connected', clientId: 'c' });
    world.registry.leave(session);
    world.journal.write({ kind: 'disconnected', clientId: 'c', why: 'connection-lost' });
    if (!isLate) published(world, messageOf('t', 'm', { qos: 1 }));
    world.clock.advance(70_000);
    if (isLate) published(world, messageOf('t', 'm', { qos: 1 }));
    const { kind, why } = verdictOf(world);
    assert.deepEqual([kind, why], ['session-lost', 'session-expired']);
  }
});

test('Inquiry: a persistent session has not expired yet', () => {
  const world = new SessionWorld({ sessionExpiry: 60 });
  world.registry.leave(world.online()[0]);
  published(world, messageOf('t', 'm', { qos: 1 }));
  world.clock.advance(50_000);
  assert.equal(verdictOf(world).kind, 'queued');
});

test('Inquiry looks back only as far as it is asked to', () => {
  const world = new SessionWorld();
  world.online('c', { clean: true });
  published(world, messageOf('t', 'm'));
  world.clock.advance(10_000);
  assert.equal(verdictOf(world, 20_000).kind, 'delivered');
  const { kind, atMs } = verdictOf(world, 5000);
  assert.deepEqual([kind, atMs], ['no-publish', world.clock.wallMs() - 10_000]);
});

test('Inquiry says that it does not know, where the journal has no trace', () => {
  const world = new SessionWorld();
  world.online('c', { clean: true });
  world.journal.write({ kind: 'published', topic: 't', count: 1 });
  assert.equal(verdictOf(world).kind, 'unknown');
});

test('Inquiry: a slow reader, and one whose window is full', () => {
  for (const [congested, why] of [
    [true, 'slow'],
    [false, 'window-full'],
  ] as const) {
    const world = new SessionWorld({ inflightMax: congested ? 10 : 1 });
    const [, outlet] = world.online('c', { clean: true });
    outlet.congested = congested;
    if (!congested) published(world, messageOf('other', 'm', { qos: 1 }));
    published(world, messageOf('t', 'm', { qos: 1 }));
    assert.deepEqual([verdictOf(world).kind, verdictOf(world).why], ['queued', why]);
  }
});
