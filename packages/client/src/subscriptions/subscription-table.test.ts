import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '../session/receipt.js';
import type { Consumer } from './subscription.js';
import { SubscriptionTable } from './subscription-table.js';

function consumer(filter: string): Consumer & { readonly got: string[] } {
  const got: string[] = [];
  return {
    filter,
    got,
    push: ({ topic }: Receipt) => void got.push(topic),
    end: () => {},
    unsubscribe: () => Promise.resolve(),
    sessionLost: () => {},
  };
}

const message = (topic: string) => ({ topic }) as Receipt;

test('SubscriptionTable hands a message to all whose filter matches', () => {
  const table = new SubscriptionTable();
  const [a, plus, shared, other] = ['a/b', 'a/+', '$share/g/a/#', 'b'].map(consumer);
  for (const one of [a!, plus!, shared!, other!]) table.add(one);
  assert.equal(table.deliver(message('a/b')), true);
  assert.equal(table.deliver(message('c')), false);
  assert.deepEqual(
    [a, plus, shared, other].map((one) => one?.got),
    [['a/b'], ['a/b'], ['a/b'], []],
  );
});

test('SubscriptionTable looks anew when a subscription comes or goes', () => {
  const table = new SubscriptionTable();
  const [first, second] = [consumer('a'), consumer('a')];
  table.add(first);
  table.deliver(message('a'));
  table.add(second);
  table.deliver(message('a'));
  assert.equal(table.remove(first), true);
  table.deliver(message('a'));
  assert.deepEqual([first.got.length, second.got.length, table.of(undefined)], [2, 2, [second]]);
  assert.equal(table.remove(second), false);
});

test('SubscriptionTable stays right for more topics than it remembers', () => {
  const table = new SubscriptionTable();
  const all = consumer('#');
  table.add(all);
  for (let topic = 0; topic < 2500; topic++) table.deliver(message(`t/${topic}`));
  assert.equal(all.got.length, 2500);
});
