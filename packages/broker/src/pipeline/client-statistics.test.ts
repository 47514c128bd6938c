import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayOf, statisticsOf } from './client-statistics.js';
import { PipelineWorld } from './pipeline-world.testing.js';

test('statisticsOf() tells what a client has published, was sent, and what became of it', () => {
  const world = new PipelineWorld({ queuedMessagesMax: 1 });
  const { session } = world.client('c', { clean: false, filters: ['t'] });
  const publisher = world.client('p');
  for (const qos of [0, 1] as const) world.receive(publisher, 't', 'four', { qos });
  session.detach();
  for (const qos of [0, 1, 1] as const) world.receive(publisher, 't', 'four', { qos });
  const statistics = statisticsOf(session, world.clock.nowMs());
  assert.deepEqual(statistics, {
    traffic: {
      messagesReceived: [0, 0, 0],
      bytesReceived: [0, 0, 0],
      messagesSent: [1, 1, 0],
      bytesSent: [4, 4, 0],
    },
    sentMessages: 2,
    waitedMessages: 1,
    dropped: new Map([
      ['offline-qos0', 1],
      ['queue-full', 1],
    ]),
    queuedMessages: 1,
    queuedBytes: 5,
    inflightMessages: 1,
    acknowledgements: { meanMs: 0, slowestMs: 0, waitingMs: undefined },
    unwrittenMs: undefined,
  });
  const own = statisticsOf(publisher.session, 0);
  assert.deepEqual(own.traffic.messagesReceived, [2, 3, 0]);
  assert.equal(own.acknowledgements, undefined);
});

test('statisticsOf() knows nothing of a client that has done nothing', () => {
  const world = new PipelineWorld();
  const { traffic, dropped, queuedBytes } = statisticsOf(world.client('c').session, 0);
  assert.deepEqual([traffic.messagesSent, dropped.size, queuedBytes], [[0, 0, 0], 0, 0]);
});

test('delayOf() is the longest of what is owed, what was, and what is not read', () => {
  const world = new PipelineWorld();
  const { session, outlet } = world.client('c', { filters: ['t'] });
  const delay = () => delayOf(session, world.clock.nowMs());
  assert.equal(delay(), undefined);
  world.receive(world.client('p'), 't', 'm', { qos: 1 });
  world.clock.advance(300);
  assert.deepEqual(delay(), { of: 'acknowledgement', delayMs: 300 });
  session.acknowledged('puback', 1);
  world.clock.advance(5000);
  assert.deepEqual(delay(), { of: 'acknowledgement', delayMs: 300 });
  outlet.unwrittenSinceMs = world.clock.nowMs() - 400;
  assert.deepEqual(delay(), { of: 'output', delayMs: 400 });
  assert.equal(statisticsOf(session, world.clock.nowMs()).unwrittenMs, 400);
  session.detach();
  assert.equal(delay(), undefined);
});
