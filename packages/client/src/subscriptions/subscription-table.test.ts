import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consumer } from './subscription.js';
import { SubscriptionTable } from './subscription-table.js';

function consumer(filter: string): Consumer {
  return {
    filter,
    push: () => {},
    end: () => {},
    unsubscribe: () => Promise.resolve(),
    sessionLost: () => {},
  };
}

test('SubscriptionTable finds all whose filter matches', () => {
  const table = new SubscriptionTable();
  const [a, plus, shared, other] = ['a/b', 'a/+', '$share/g/a/#', 'b'].map(consumer);
  for (const one of [a!, plus!, shared!, other!]) table.add(one);
  assert.deepEqual(table.matching('a/b'), [a, plus, shared]);
  assert.deepEqual(table.matching('c'), []);
});

test('SubscriptionTable looks anew when a subscription comes or goes', () => {
  const table = new SubscriptionTable();
  const [first, second] = [consumer('a'), consumer('a')];
  table.add(first);
  assert.deepEqual(table.matching('a'), [first]);
  table.add(second);
  assert.deepEqual(table.matching('a'), [first, second]);
  assert.equal(table.remove(first), true);
  assert.deepEqual([table.matching('a'), table.of(undefined)], [[second], [second]]);
  assert.equal(table.remove(second), false);
});

test('SubscriptionTable stays right for more topics than it remembers', () => {
  const table = new SubscriptionTable();
  const all = consumer('#');
  table.add(all);
  for (let n = 0; n < 2500; n++) assert.deepEqual(table.matching(`t/${n}`), [all]);
});
