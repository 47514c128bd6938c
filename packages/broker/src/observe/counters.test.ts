import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROP_REASONS } from '../model/drop-reason.js';
import { Counters } from './counters.js';

test('Counters begin at zero', () => {
  const { dropped: _, ...plain } = new Counters();
  assert.ok(Object.keys(plain).length > 0);
  for (const [name, value] of Object.entries(plain)) assert.equal(value, 0, name);
});

test('Counters count dropped messages by every reason there is', () => {
  const { dropped } = new Counters();
  assert.deepEqual(Object.keys(dropped), Object.keys(DROP_REASONS));
  for (const value of Object.values(dropped)) assert.equal(value, 0);
});

test('Counters of two brokers are apart', () => {
  const [one, other] = [new Counters(), new Counters()];
  one.messagesReceived++;
  one.dropped.denied++;
  assert.deepEqual([other.messagesReceived, other.dropped.denied], [0, 0]);
});
