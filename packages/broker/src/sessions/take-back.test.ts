import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutboundWindow } from '@magpie/protocol';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import type { StoredDelivery, StoredReplay, StoredSession } from '../stores/store.js';
import { RetainedReplay } from './retained-replay.js';
import { SessionQueue } from './session-queue.js';
import { SessionTally } from './session-tally.js';
import { SessionWorld } from './session-world.testing.js';
import { nextSequenceOf, takeBack } from './take-back.js';

function storedSession(fields: Partial<StoredSession>): StoredSession {
  return {
    clientId: 'c',
    owner: undefined,
    leftAtMs: undefined,
    nextSequence: 0,
    subscriptions: new Map(),
    received: [],
    deliveries: [],
    replays: [],
    ...fields,
  };
}

function delivery(sequence: number, released = false): StoredDelivery {
  return { sequence, qos: released ? 2 : 1, released, bytes: 5 };
}

function replay(nextSequence: number, endSequence: number, asOf = 9): StoredReplay {
  return { filter: 'r', qos: 1, after: 0, asOf, nextSequence, endSequence };
}

/** What is in flight and what waits afterwards, and what {@link takeBack} returns. */
function takenBack(fields: Partial<StoredSession>) {
  const world = new SessionWorld();
  world.retained.set(messageOf('r', 'm', { retain: true }));
  const owner = { clientId: 'c', persistent: true, tally: new SessionTally('c', world) };
  const queue = new SessionQueue(owner, world);
  const window = new OutboundWindow<undefined>(1);
  const begun = takeBack(storedSession(fields), { window, queue, retained: world.retained });
  const inflight = [...window.unacknowledged()].map(({ sequence, released }) => {
    return released ? `${sequence} released` : `${sequence}`;
  });
  const waits: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    waits.push(item instanceof RetainedReplay ? `to ${item.endSequence}` : `${item.sequence}`);
  }
  return { begun, inflight, waits, changes: world.retained.changes };
}

test('takeBack() lets all wait that follows the last that was released', () => {
  const deliveries = [delivery(1), delivery(3, true), delivery(4), delivery(6)];
  const { begun, inflight, waits } = takenBack({ deliveries });
  assert.deepEqual(inflight, ['1', '3 released']);
  assert.deepEqual(waits, ['4', '6']);
  assert.equal(begun, 4);
});

test('takeBack() sends nothing for certain where nothing was released', () => {
  const { inflight, waits } = takenBack({ deliveries: [delivery(1), delivery(2)] });
  assert.deepEqual([inflight, waits], [[], ['1', '2']]);
});

test('takeBack() puts retained messages between those that were published around them', () => {
  const deliveries = [delivery(0), delivery(5), delivery(8)];
  const replays = [replay(1, 3), replay(3, 5), replay(6, 8), replay(9, 12)];
  const { begun, waits } = takenBack({ deliveries, replays });
  assert.deepEqual(waits, ['0', 'to 3', 'to 5', '5', 'to 8', '8', 'to 12']);
  assert.equal(begun, 7);
});

test('takeBack() has changes of retained messages count on from what is stored', () => {
  assert.equal(takenBack({ replays: [replay(0, 1, 70)] }).changes, 70);
});

test('nextSequenceOf() is above all messages, and above what retained ones have set aside', () => {
  assert.equal(nextSequenceOf(storedSession({ nextSequence: 7 })), 7);
  assert.equal(nextSequenceOf(storedSession({ nextSequence: 7, replays: [replay(2, 5)] })), 7);
  const replays = [replay(2, 5), replay(7, 12)];
  assert.equal(nextSequenceOf(storedSession({ nextSequence: 7, replays })), 12);
});
