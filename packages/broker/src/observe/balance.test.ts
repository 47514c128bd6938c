import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROP_REASONS, type DropReason } from '../model/drop-reason.js';
import { unaccounted } from './balance.js';
import { Counters } from './counters.js';

const NOTHING = { decidingMessages: 0, queuedMessages: 0, inflightMessages: 0 };

test('unaccounted() is zero where nothing has happened', () => {
  assert.deepEqual(unaccounted(new Counters(), NOTHING), { messages: 0, deliveries: 0 });
});

for (const reason of Object.keys(DROP_REASONS) as DropReason[]) {
  const { of } = DROP_REASONS[reason];
  test(`unaccounted() sets a drop for ${reason} against one ${of} that began`, () => {
    const counters = new Counters();
    if (of === 'message') counters.messagesReceived++;
    else counters.deliveriesBegun++;
    const missing = of === 'message' ? [1, 0] : [0, 1];
    assert.deepEqual(Object.values(unaccounted(counters, NOTHING)), missing);
    counters.dropped[reason]++;
    assert.deepEqual(Object.values(unaccounted(counters, NOTHING)), [0, 0]);
  });
}

test('unaccounted() counts what is unfinished', () => {
  const counters = new Counters();
  counters.messagesReceived = 5;
  counters.messagesFromInside = 2;
  counters.messagesRouted = 4;
  counters.deliveriesBegun = 10;
  counters.deliveriesEnded = 3;
  const unfinished = { decidingMessages: 3, queuedMessages: 4, inflightMessages: 3 };
  assert.deepEqual(unaccounted(counters, unfinished), { messages: 0, deliveries: 0 });
  const fewer = { decidingMessages: 1, queuedMessages: 3, inflightMessages: 3 };
  assert.deepEqual(unaccounted(counters, fewer), { messages: 2, deliveries: 1 });
});
