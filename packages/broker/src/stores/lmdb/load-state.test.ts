import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberKey, sessionKey, sessionTextKey } from './keys.js';
import { loadState } from './load-state.js';
import { MemoryEngine } from './memory-engine.testing.js';

/** Values as records.ts describes them. */
const NAME_A = Buffer.of(1, 0x61);

test('loadState() of nothing is nothing', async () => {
  const { state, lastArrival, nextSession } = await loadState(new MemoryEngine());
  assert.deepEqual(state, { sessions: [], retained: [] });
  assert.deepEqual([lastArrival, nextSession], [0, 1]);
});

test('loadState() puts the tables together', async () => {
  const engine = new MemoryEngine();
  engine.put('sessions', numberKey(4), NAME_A);
  engine.put('subscriptions', sessionTextKey(4, 't/#'), Buffer.of(1, 3, 0x74, 0x2f, 0x23));
  engine.put('received', sessionKey(4, 9), Buffer.alloc(0));
  engine.put('released', sessionKey(4, 1), Buffer.alloc(0));
  engine.put('progress', numberKey(4), Buffer.of(3, 2)); // next 3, settled below 2
  // QoS 1, topic t, no publisher, to session 4 at sequence 2 and to one that is gone, payload m
  engine.put('messages', numberKey(8), Buffer.of(1, 1, 0x74, 0, 2, 4, 2, 1, 5, 0, 1, 0x6d));
  // To session 4 at sequence 0, which is settled
  engine.put('messages', numberKey(7), Buffer.of(1, 1, 0x74, 0, 1, 4, 0, 1, 0x6d));
  engine.put('retained', Buffer.of(1, 0x74), Buffer.of(4, 1, 0x74, 0, 0, 0x72));
  const { state, leftOver, lastArrival, nextSession } = await loadState(engine);
  const [session] = state.sessions;
  assert.equal(session?.clientId, 'a');
  assert.equal(session.nextSequence, 3);
  assert.deepEqual([...session.subscriptions], [['t/#', 1]]);
  assert.deepEqual(session.received, [9]);
  assert.deepEqual(
    session.deliveries.map(({ sequence, qos, message }) => [sequence, qos, message?.topic]),
    [
      [1, 2, undefined],
      [2, 1, 't'],
    ],
  );
  assert.deepEqual(
    state.retained.map(({ topic, retain }) => [topic, retain]),
    [['t', true]],
  );
  assert.deepEqual([leftOver, lastArrival, nextSession], [[7], 8, 5]);
});

test('loadState() names the record that it does not understand', async () => {
  const engine = new MemoryEngine();
  engine.put('sessions', numberKey(4), Buffer.of(9, 0x61));
  await assert.rejects(
    loadState(engine),
    /The record 0000000000000004 of table sessions is damaged: .* in the middle of a text/,
  );
});
