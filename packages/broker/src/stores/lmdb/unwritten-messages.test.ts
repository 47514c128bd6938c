import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../model/message.js';
import { UnwrittenMessages } from './unwritten-messages.js';

function withMessages(...arrivals: readonly number[]): UnwrittenMessages {
  const unwritten = new UnwrittenMessages();
  for (const arrival of arrivals) add(unwritten, arrival);
  return unwritten;
}

function add(unwritten: UnwrittenMessages, arrival: number): void {
  const payload = Buffer.from('m');
  const message = Message.of({ topic: `t${arrival}`, payload, qos: 1, retain: false });
  unwritten.add(arrival, message, []);
}

/** The arrivals that the next commit writes. */
function collected(unwritten: UnwrittenMessages): number[] {
  const arrivals: number[] = [];
  unwritten.collect((arrival) => arrivals.push(arrival));
  return arrivals;
}

function topics(unwritten: UnwrittenMessages, ...arrivals: readonly number[]) {
  return arrivals.map((arrival) => unwritten.get(arrival)?.topic);
}

test('UnwrittenMessages forgets only what no commit has collected', () => {
  const unwritten = withMessages(1, 2);
  assert.equal(unwritten.forget(2), true);
  assert.deepEqual(collected(unwritten), [1]);
  add(unwritten, 3);
  assert.deepEqual(
    [1, 3].map((arrival) => unwritten.forget(arrival)),
    [false, true],
  );
  assert.deepEqual(topics(unwritten, 1, 2, 3), ['t1', undefined, undefined]);
});

test('UnwrittenMessages collects each message once and keeps it until it is written', () => {
  const unwritten = withMessages(1);
  assert.equal(unwritten.hasNew, true);
  assert.deepEqual(collected(unwritten), [1]);
  assert.equal(unwritten.hasNew, false);
  assert.deepEqual(collected(unwritten), []);
  add(unwritten, 2);
  assert.deepEqual(collected(unwritten), [2]);
  add(unwritten, 3);
  assert.equal(unwritten.collections, 2);
  assert.deepEqual(topics(unwritten, 1, 2, 3), ['t1', 't2', 't3']);
  unwritten.written(1);
  assert.deepEqual(topics(unwritten, 1, 2, 3), [undefined, 't2', 't3']);
  unwritten.written(1);
  assert.deepEqual(topics(unwritten, 1, 2, 3), [undefined, undefined, 't3']);
  assert.equal(unwritten.collections, 0);
});

test('UnwrittenMessages knows whether somebody waits for what was collected', () => {
  const unwritten = withMessages(1, 2, 3, 4);
  unwritten.forget(2);
  assert.equal(unwritten.hasCollected, false);
  unwritten.collect();
  for (const arrival of [5, 6]) add(unwritten, arrival);
  unwritten.collect();
  add(unwritten, 7);
  const order = [5, 1, 7, 4, 6];
  for (const arrival of order) {
    unwritten.forget(arrival);
    assert.equal(unwritten.hasCollected, true, `${arrival}`);
  }
  unwritten.forget(3);
  assert.equal(unwritten.hasCollected, false);
});

test('UnwrittenMessages does not ask any more for what is written', () => {
  const unwritten = withMessages(1, 2);
  unwritten.collect();
  add(unwritten, 3);
  unwritten.collect();
  unwritten.written(1);
  unwritten.forget(1); // long on disk
  assert.equal(unwritten.hasCollected, true);
  unwritten.forget(3);
  assert.equal(unwritten.hasCollected, false);
});
