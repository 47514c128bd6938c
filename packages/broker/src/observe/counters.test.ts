import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_REASONS } from '../model/close-reason.js';
import { DROP_REASONS } from '../model/drop-reason.js';
import { REFUSAL_REASONS } from '../model/refusal-reason.js';
import { Counters } from './counters.js';

test('Counters begin at zero', () => {
  const counters = new Counters();
  const { dropped, refused, closed, traffic, topics, commitSeconds, acknowledgementSeconds } =
    counters;
  const plain = Object.fromEntries(
    Object.entries(counters).filter(([, value]) => typeof value === 'number'),
  );
  for (const table of [plain, dropped, refused, closed]) {
    assert.ok(Object.keys(table).length > 0);
    for (const [name, value] of Object.entries(table)) assert.equal(value, 0, name);
  }
  assert.equal(traffic.size, 0);
  assert.equal(topics.active, false);
  assert.equal(commitSeconds.count + acknowledgementSeconds.count, 0);
});

test('Counters count dropped messages by every reason there is', () => {
  const { dropped } = new Counters();
  assert.deepEqual(Object.keys(dropped), Object.keys(DROP_REASONS));
  for (const value of Object.values(dropped)) assert.equal(value, 0);
});

test('Counters count refusals and ends of connections by every reason there is', () => {
  const { refused, closed } = new Counters();
  assert.deepEqual(Object.keys(refused), Object.keys(REFUSAL_REASONS));
  assert.deepEqual(Object.keys(closed), Object.keys(CLOSE_REASONS));
});

test('Counters of two brokers are apart', () => {
  const [one, other] = [new Counters(), new Counters()];
  one.messagesReceived++;
  one.dropped.denied++;
  assert.deepEqual([other.messagesReceived, other.dropped.denied], [0, 0]);
});
