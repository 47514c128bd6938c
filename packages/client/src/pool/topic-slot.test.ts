import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { topicSlot } from './topic-slot.js';

test('topicSlot() is a slot, and always the same one', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 100 }), (topic, slots) => {
      const slot = topicSlot(topic, slots);
      assert.ok(Number.isInteger(slot) && slot >= 0 && slot < slots);
      assert.equal(topicSlot(topic, slots), slot);
    }),
  );
});

test('topicSlot() spreads topics that differ in their end', () => {
  const counts = [0, 0, 0, 0];
  for (let number = 0; number < 1000; number++) counts[topicSlot(`sensors/${number}`, 4)]!++;
  assert.ok(
    counts.every((count) => count > 200 && count < 300),
    counts.join(),
  );
});
