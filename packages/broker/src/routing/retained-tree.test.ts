import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '@magpie/protocol';
import fc from 'fast-check';
import type { Message } from '../model/message.js';
import { messageOf } from './recording-subscriber.testing.js';
import { RetainedTree } from './retained-tree.js';

function topics(messages: readonly Message[]): string[] {
  return messages.map(({ topic }) => topic).toSorted();
}

function treeOf(...names: readonly string[]): RetainedTree {
  const tree = new RetainedTree();
  for (const name of names) tree.set(messageOf(name));
  return tree;
}

test('RetainedTree.set() keeps the last message of each topic', () => {
  const tree = new RetainedTree();
  const [first, second] = [messageOf('a/b', '1'), messageOf('a/b', '22')];
  tree.set(first);
  assert.equal(tree.get('a/b'), first);
  tree.set(second);
  assert.equal(tree.get('a/b'), second);
  assert.deepEqual([tree.count, tree.bytes], [1, 5]);
  assert.deepEqual(tree.matching('#'), [second]);
});

test('RetainedTree.restore() keeps numbers, and set() goes on behind the highest', () => {
  const tree = new RetainedTree();
  tree.restore(messageOf('a'), 7);
  tree.restore(messageOf('b'), 3);
  assert.equal(tree.changes, 7);
  assert.equal(tree.set(messageOf('c')), 8);
  assert.deepEqual(
    [topics(tree.matching('#', 3)), topics(tree.matching('#', 7))],
    [['b'], ['a', 'b']],
  );
});

test('RetainedTree.get() finds the very topic', () => {
  const tree = treeOf('a/b', 'a/b/c', '/', 'a//b');
  for (const topic of ['a/b', 'a/b/c', '/', 'a//b']) assert.equal(tree.get(topic)?.topic, topic);
  for (const topic of ['a', 'b', 'a/b/', 'a/', '', '//', 'a/b/c/d']) {
    assert.equal(tree.get(topic), undefined, topic);
  }
});

test('RetainedTree.delete() tells whether there was a message', () => {
  const tree = treeOf('a/b', 'a/b/c');
  for (const topic of ['a', 'a/b/c/d', 'b', '']) assert.equal(tree.delete(topic), false, topic);
  assert.equal(tree.delete('a/b'), true);
  assert.equal(tree.delete('a/b'), false);
  assert.equal(tree.get('a/b/c')?.topic, 'a/b/c');
  assert.deepEqual([tree.count, tree.bytes], [1, 6]);
  assert.equal(tree.delete('a/b/c'), true);
  assert.deepEqual([tree.count, tree.bytes, tree.matching('#')], [0, 0, []]);
});

test('RetainedTree.matching() takes each topic apart by its levels', () => {
  const all = ['a', 'a/', 'a/b', 'a/b/c', '/', '/b', 'b/b', '$SYS', '$SYS/b', '$SYS/b/c'];
  const tree = treeOf(...all);
  const cases: readonly (readonly [filter: string, found: string[]])[] = [
    ['a', ['a']],
    ['a/b', ['a/b']],
    ['a/c', []],
    ['a/#', ['a', 'a/', 'a/b', 'a/b/c']],
    ['a/+', ['a/', 'a/b']],
    ['+', ['a']],
    ['+/b', ['/b', 'a/b', 'b/b']],
    ['+/b/#', ['/b', 'a/b', 'a/b/c', 'b/b']],
    ['#', ['/', '/b', 'a', 'a/', 'a/b', 'a/b/c', 'b/b']],
    ['/#', ['/', '/b']],
    ['$SYS/#', ['$SYS', '$SYS/b', '$SYS/b/c']],
    ['$SYS/+', ['$SYS/b']],
    ['+/+/c', ['a/b/c']],
  ];
  for (const [filter, found] of cases) {
    assert.deepEqual(topics(tree.matching(filter)), found, filter);
    assert.equal(tree.countMatching(filter), found.length, filter);
  }
});

test('RetainedTree.count leaves out what the broker tells of itself', () => {
  const tree = treeOf('$SYS/broker/uptime', 'a');
  assert.deepEqual([tree.count, tree.bytes], [1, tree.get('a')?.bytes]);
  tree.set(messageOf('$SYS/broker/uptime', 'longer than before'));
  assert.deepEqual([tree.count, tree.bytes], [1, tree.get('a')?.bytes]);
  assert.equal(tree.countMatching('$SYS/#'), 1);
  assert.deepEqual([tree.delete('$SYS/broker/uptime'), tree.delete('a')], [true, true]);
  assert.deepEqual([tree.count, tree.bytes], [0, 0]);
});

test('RetainedTree.matching() leaves out what was set after `asOf`', () => {
  const tree = treeOf('a', 'b', 'c');
  const asOf = tree.changes;
  tree.set(messageOf('d'));
  tree.set(messageOf('b', 'replaced'));
  tree.delete('c');
  assert.deepEqual(topics(tree.matching('#', asOf)), ['a']);
  assert.deepEqual(topics(tree.matching('#')), ['a', 'b', 'd']);
  assert.equal(tree.countMatching('#'), 3);
});

test('RetainedTree.changes grows with every message set', () => {
  const tree = new RetainedTree();
  const seen = [tree.changes];
  for (const topic of ['a', 'a', 'b']) {
    tree.set(messageOf(topic));
    seen.push(tree.changes);
  }
  assert.deepEqual(
    seen,
    seen.toSorted((one, other) => one - other),
  );
  assert.equal(new Set(seen).size, seen.length);
});

test('RetainedTree walks topics of as many levels as there can be', () => {
  const deep = `a${'/'.repeat(65_534)}`;
  const tree = treeOf(deep, 'a');
  assert.deepEqual(topics(tree.matching('#')), ['a', deep]);
  assert.equal(tree.countMatching('a/+/#'), 1);
  assert.equal(tree.countMatching(deep), 1);
  assert.equal(tree.delete(deep), true);
  assert.deepEqual(topics(tree.matching('#')), ['a']);
});

const level = fc.constantFrom('a', 'b', '', '$', '$a');
const topicName = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');
const topicFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => (rest ? [...levels, '#'] : levels).join('/'))
  .filter((filter) => filter !== '');

test('RetainedTree is the same as a map that is searched in full', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ topic: topicName, payload: fc.string({ maxLength: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ topic: topicName, payload: fc.constant(undefined) }) },
  );
  const filters = fc.array(topicFilter, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), filters, (steps, mark, some) => {
      const tree = new RetainedTree();
      const model = new Map<string, { message: Message; change: number }>();
      let asOf = 0;
      for (const [count, { topic, payload }] of steps.entries()) {
        if (count === mark) asOf = tree.changes;
        if (payload === undefined) {
          assert.equal(tree.delete(topic), model.delete(topic));
        } else {
          const message = messageOf(topic, payload);
          tree.set(message);
          model.set(topic, { message, change: tree.changes });
        }
        assert.equal(tree.get(topic), model.get(topic)?.message);
        assert.equal(tree.count, model.size);
      }
      let bytes = 0;
      for (const { message } of model.values()) bytes += message.bytes;
      assert.equal(tree.bytes, bytes);
      for (const filter of some) {
        const found = [...model.values()].filter(({ message }) => matches(filter, message.topic));
        const messages = found.map(({ message }) => message);
        assert.deepEqual(topics(tree.matching(filter)), topics(messages));
        assert.equal(tree.countMatching(filter), messages.length);
        const before = found.filter(({ change }) => change <= asOf);
        assert.deepEqual(
          topics(tree.matching(filter, asOf)),
          topics(before.map(({ message }) => message)),
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('RetainedTree.each() walks what matching() finds', () => {
  const level = fc.constantFrom('a', 'b', '$s', '', 'c');
  const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  const filter = fc
    .tuple(
      fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));
  fc.assert(
    fc.property(fc.array(topic), fc.oneof(filter, fc.constant('#')), (names, wanted) => {
      const tree = treeOf(...names);
      assert.deepEqual(topics([...tree.each(wanted)]), topics(tree.matching(wanted)));
    }),
  );
});

test('RetainedTree.each() may be walked in steps while the tree changes', () => {
  const tree = treeOf('a', 'b', 'c/d');
  const walk = tree.each('#');
  const first = walk.next();
  assert.equal(first.done === true ? undefined : first.value.topic, 'a');
  tree.delete('b');
  tree.set(messageOf('e'));
  assert.deepEqual(topics([...walk]), ['c/d', 'e']);
});

test('RetainedTree.levelsBelow() tells of messages and of topics below', () => {
  const tree = treeOf('a', 'a/b', 'c/d');
  const below = (topic?: string) =>
    [...tree.levelsBelow(topic)].map(({ level, message, isParent }) => [
      level,
      message?.topic,
      isParent,
    ]);
  assert.deepEqual(below(), [
    ['a', 'a', true],
    ['c', undefined, true],
  ]);
  assert.deepEqual(below('a'), [['b', 'a/b', false]]);
  assert.deepEqual(below('x/y'), []);
});
