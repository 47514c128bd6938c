import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import fc from 'fast-check';
import type { Limits } from '../model/limits.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { Delivery } from './delivery.js';
import { RetainedReplay } from './retained-replay.js';
import { SessionQueue } from './session-queue.js';
import { SessionTally } from './session-tally.js';
import { SessionWorld } from './session-world.testing.js';

/** A queue of client `c`, and the world it stands in. */
function queueOf(limits: Partial<Limits> = {}, persistent = true): [SessionQueue, SessionWorld] {
  const world = new SessionWorld(limits);
  const tally = new SessionTally('c', world);
  return [new SessionQueue({ clientId: 'c', persistent, tally }, world), world];
}

function waiting(sequence: number, qos: QoS = 1): Delivery {
  return new Delivery(messageOf('t', `${sequence}`, { qos }), qos, false, sequence);
}

const once = () => waiting(-1, 0);

/** The replay of one retained message. */
function replayIn(world: SessionWorld, nextSequence: number): RetainedReplay {
  world.retained.set(messageOf('r', 'm', { qos: 1, retain: true }));
  const asOf = world.retained.changes;
  const endSequence = nextSequence + 1;
  const begin = { filter: 'r', qos: 1, after: 0, asOf, nextSequence, endSequence } as const;
  return new RetainedReplay(world.retained, begin, true);
}

function sequences(queue: SessionQueue): (number | 'replay')[] {
  const found: (number | 'replay')[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    found.push(item instanceof RetainedReplay ? 'replay' : item.sequence);
  }
  return found;
}

test('SessionQueue gives what waits in the order in which it came, wherever it lies', () => {
  const [queue, world] = queueOf();
  queue.push(waiting(0));
  queue.pushStored(1, 10);
  queue.pushStored(2, 10);
  queue.pushReplay(replayIn(world, 3));
  queue.push(once());
  queue.push(waiting(4));
  assert.deepEqual([queue.length, queue.lastStored], [6, 2]);
  assert.deepEqual(sequences(queue), [0, 1, 2, 'replay', -1, 4]);
});

test('SessionQueue.holdsOnce while retained messages wait, or QoS 0 behind them', () => {
  const [queue, world] = queueOf();
  queue.push(waiting(0));
  assert.equal(queue.holdsOnce, false);
  queue.pushReplay(replayIn(world, 1));
  queue.push(once());
  for (let left = 3; left > 0; left--) {
    assert.equal(queue.holdsOnce, true);
    queue.shift();
  }
  assert.equal(queue.holdsOnce, false);
  for (const take of [() => queue.clear(), () => queue.dropOnce()]) {
    queue.push(once());
    assert.equal(queue.holdsOnce, true);
    take();
    assert.equal(queue.holdsOnce, false);
  }
});

test('SessionQueue.dropOnce() drops QoS 0 and leaves the rest', () => {
  const [queue, world] = queueOf();
  for (const item of [waiting(0), once(), waiting(1), once()]) queue.push(item);
  queue.dropOnce();
  assert.deepEqual(world.dropped, { 'offline-qos0': 2 });
  assert.deepEqual(world.queued, [2, 4]);
  assert.deepEqual(sequences(queue), [0, 1]);
});

for (const queueFullPolicy of ['drop-newest', 'disconnect'] as const) {
  test(`SessionQueue.makeRoom() drops nothing with ${queueFullPolicy}`, () => {
    const [queue, world] = queueOf({ queuedMessagesMax: 1, queueFullPolicy });
    assert.equal(queue.makeRoom(1), true);
    queue.push(waiting(0));
    assert.deepEqual([queue.hasRoom, queue.makeRoom(1), queue.length], [false, false, 1]);
    assert.deepEqual(world.dropped, {});
  });
}

test('SessionQueue.makeRoom() drops what is oldest and tells the store, with drop-oldest', () => {
  const [queue, world] = queueOf({ queuedMessagesMax: 5, queueFullPolicy: 'drop-oldest' });
  const replay = replayIn(world, 2);
  queue.push(once());
  queue.push(waiting(0));
  queue.pushStored(1, 3);
  queue.pushReplay(replay);
  queue.tellOf(replay);
  queue.push(waiting(3));
  world.store.written.length = 0;
  for (let room = 0; room < 4; room++) {
    assert.equal(queue.makeRoom(1), true);
    queue.push(waiting(4 + room));
  }
  assert.deepEqual(world.dropped, { 'queue-full': 4 });
  assert.deepEqual(world.store.written, ['settle c:0', 'settle c:1', 'replayed c:3']);
  assert.deepEqual(sequences(queue), [3, 4, 5, 6, 7]);
});

test('SessionQueue.makeRoom() drops nothing for what would not fit alone', () => {
  const [queue, world] = queueOf({ queuedBytesMax: 10, queueFullPolicy: 'drop-oldest' });
  queue.push(waiting(0));
  assert.deepEqual([queue.makeRoom(11), queue.makeRoom(8), queue.makeRoom(9)], [false, true, true]);
  assert.deepEqual(world.dropped, { 'queue-full': 1 });
});

test('SessionQueue tells the store how far retained messages are, once for each step', () => {
  const [queue, world] = queueOf();
  const replay = replayIn(world, 0);
  queue.push(waiting(0));
  queue.pushReplay(replay);
  queue.tellOfNext(); // they are not next
  assert.deepEqual(world.store.written, []);
  queue.shift();
  queue.tellOfNext();
  queue.tellOfNext();
  assert.equal(world.store.written.length, 1);
  queue.shift();
  assert.deepEqual(world.store.written.slice(1), ['replayed c:1']);
});

test('SessionQueue tells the store nothing of a clean session', () => {
  const [queue, world] = queueOf({ queuedMessagesMax: 1, queueFullPolicy: 'drop-oldest' }, false);
  const replay = replayIn(world, 0);
  queue.pushReplay(replay);
  queue.tellOfNext();
  assert.equal(queue.makeRoom(1), true);
  queue.push(waiting(1));
  assert.equal(queue.makeRoom(1), true);
  assert.deepEqual(world.store.written, []);
  assert.deepEqual(world.dropped, { 'queue-full': 2 });
});

test('SessionQueue counts in the totals just what it holds', () => {
  type Step = 'once' | 'message' | 'stored' | 'shift' | 'dropOnce' | 'clear';
  const steps: Step[] = ['once', 'message', 'stored', 'shift', 'dropOnce', 'clear'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps)), (done) => {
      const [queue, world] = queueOf();
      let model: number[] = [];
      for (const [sequence, step] of done.entries()) {
        if (step === 'once') queue.push(once());
        else if (step === 'message') queue.push(waiting(sequence));
        else if (step === 'stored') queue.pushStored(sequence, 2);
        else if (step === 'shift') queue.shift();
        else queue[step]();
        if (step === 'once') model.push(-1);
        else if (step === 'message' || step === 'stored') model.push(sequence);
        else if (step === 'shift') model.shift();
        else if (step === 'dropOnce') model = model.filter((item) => item >= 0);
        else model = [];
        assert.equal(queue.length, model.length);
        assert.equal(world.totals.messages, model.length);
        assert.equal(queue.holdsOnce, model.includes(-1));
      }
      assert.deepEqual(sequences(queue), model);
      assert.deepEqual(world.queued, [0, 0]);
    }),
  );
});
