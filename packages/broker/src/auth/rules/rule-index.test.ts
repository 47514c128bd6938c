import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleIndex, type RuleEntry } from './rule-index.js';
import { clientOf, rulesIn } from './rules.testing.js';

function indexOf(...lines: readonly string[]): RuleIndex {
  const index = new RuleIndex();
  for (const rule of rulesIn(...lines).list) {
    for (const pattern of rule.patterns) index.add({ rule, pattern });
  }
  return index;
}

const RULES = [
  '{ allow: both, topics: a/b }',
  '{ allow: both, topics: a/+ }',
  '{ allow: both, topics: a/# }',
  '{ allow: both, topics: "#" }',
  '{ allow: both, topics: a/%u }',
  '{ allow: both, topics: a/b/c }',
  '{ allow: both, who: { user: bob }, topics: a/b }',
  '{ allow: both, who: { client: c1 }, topics: a/b }',
  '{ allow: both, who: { address: 10.0.0.1 }, topics: a/b }',
];
const MATCHING: readonly [topic: string, rules: number[]][] = [
  ['a/b', [0, 1, 2, 3, 4, 7, 8]],
  ['a', [2, 3]],
  ['a/x', [1, 2, 3, 4]],
  ['a/b/c', [2, 3, 5]],
  ['x', [3]],
];
for (const [topic, rules] of MATCHING) {
  test(`RuleIndex.collectMatching() finds what may be about ${topic}`, () => {
    const found: RuleEntry[] = [];
    indexOf(...RULES).collectMatching(topic, clientOf(), found);
    assert.deepEqual(ordersOf(found), rules);
  });
}

const OVERLAPPING: readonly [filter: string, rules: number[]][] = [
  ['a/b', [0, 1, 2, 3, 4, 7, 8]],
  ['a/+', [0, 1, 2, 3, 4, 7, 8]],
  ['+/b', [0, 1, 2, 3, 4, 7, 8]],
  ['a/b/#', [0, 1, 2, 3, 4, 5, 7, 8]],
  ['a/b/+', [2, 3, 5]],
  ['x/#', [3]],
];
for (const [filter, rules] of OVERLAPPING) {
  test(`RuleIndex.collectOverlapping() finds what may be about topics of ${filter}`, () => {
    const found: RuleEntry[] = [];
    indexOf(...RULES).collectOverlapping(filter, clientOf(), found);
    assert.deepEqual(ordersOf(found), rules);
  });
}

test('RuleIndex looks at few of 4,000 rules', () => {
  const numbers = Array.from({ length: 2000 }, (_, number) => number);
  const index = indexOf(
    ...numbers.map((number) => `{ allow: both, who: { user: user-${number} }, topics: a/# }`),
    ...numbers.map((number) => `{ allow: both, topics: b/${number}/# }`),
  );
  const client = clientOf({ username: 'user-7' });
  for (const topic of ['a/x', 'b/1999/x']) {
    const found: RuleEntry[] = [];
    index.collectMatching(topic, client, found);
    index.collectOverlapping(topic, client, found);
    assert.equal(found.length, 2);
  }
});

function ordersOf(found: readonly RuleEntry[]): number[] {
  return found.map(({ rule }) => rule.order).sort((a, b) => a - b);
}
