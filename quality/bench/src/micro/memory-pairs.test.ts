import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '@magpie/broker';
import { ManualClock } from '@magpie/broker/testing';
import { MemoryPairs } from './memory-pairs.js';

const LOAD = { pairs: 3, window: 4, payload: 64 };

test('MemoryPairs publishes a window of each publisher in a turn: all arrives', async () => {
  const clock = new ManualClock({ turns: 'by themselves' });
  await using broker = await createBroker({ clock });
  const pairs = await MemoryPairs.connect(broker, clock, LOAD);
  const beganMs = clock.nowMs();
  await pairs.run(5);
  assert.equal(pairs.deliveries(5), 60);
  assert.equal(broker.counters.messagesSent, 60);
  assert.ok(Math.abs(clock.nowMs() - beganMs - 60 / 500) < 1e-6);
});

test('MemoryPairs fails where a message does not arrive', async () => {
  const clock = new ManualClock({ turns: 'by themselves' });
  const mayPublish = (_: unknown, topic: string) => topic !== 'bench/pair/1';
  await using broker = await createBroker({
    clock,
    authorizer: { mayPublish, maySubscribe: () => true },
  });
  const pairs = await MemoryPairs.connect(broker, clock, LOAD);
  await assert.rejects(pairs.run(1), /bytes have come/);
});
