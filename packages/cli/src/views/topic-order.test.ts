import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VIEW_ORDERS } from '../mqtt/view-flags.js';
import { sortTopics } from './topic-order.js';
import { tallyOf } from './tally.testing.js';

const sorted = {
  topic: ['B', 'a', 'c'],
  count: ['c', 'B', 'a'],
  rate: ['c', 'a', 'B'],
  age: ['a', 'B', 'c'],
};
for (const order of VIEW_ORDERS) {
  test(`sortTopics() by ${order} is ${sorted[order].join(', ')}`, () => {
    const old = Array.from({ length: 5 }, () => ({ topic: 'c' }));
    const { tally, nowMs } = tallyOf([
      ...old,
      { topic: 'B', atSeconds: 1 },
      { topic: 'a', atSeconds: 1.5 },
    ]);
    const topics = sortTopics(tally.topics, order, nowMs).map(({ topic }) => topic);
    assert.deepEqual(topics, sorted[order]);
  });
}
