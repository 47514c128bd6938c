import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { RetainedTree } from '../routing/retained-tree.js';
import type { StoredReplay } from '../stores/store.js';
import { RetainedReplay } from './retained-replay.js';

function treeOf(topics: readonly string[], qos: QoS = 1): RetainedTree {
  const tree = new RetainedTree();
  for (const topic of topics) tree.set(messageOf(topic, 'm', { qos, retain: true }));
  return tree;
}

function replayOf(tree: RetainedTree, filter: string, qos: QoS, first: number): RetainedReplay {
  return new RetainedReplay(tree, begin(tree, filter, qos, first), true);
}

function begin(tree: RetainedTree, filter: string, qos: QoS, first: number): StoredReplay {
  const endSequence = first + tree.countMatching(filter);
  return { filter, qos, after: 0, asOf: tree.changes, nextSequence: first, endSequence };
}

/** All that is left, as `topic sequence`. */
function rest(replay: RetainedReplay): string[] {
  const found: string[] = [];
  for (let next = replay.peek(); next !== undefined; next = replay.peek()) {
    found.push(`${next.message.topic} ${next.sequence}`);
    replay.advance();
  }
  return found;
}

test('RetainedReplay.peek() shows the same until advance() is called', () => {
  const replay = replayOf(treeOf(['a', 'b']), '#', 1, 10);
  const first = replay.peek()?.message;
  assert.equal(replay.peek()?.message, first);
  replay.advance();
  assert.notEqual(replay.peek()?.message, first);
  replay.advance();
  assert.equal(replay.peek(), undefined);
});

test('RetainedReplay numbers its messages from the first sequence number on', () => {
  const replay = replayOf(treeOf(['a', 'b', 'c/d']), '#', 1, 10);
  const found = rest(replay);
  assert.deepEqual(
    found.map((line) => line.split(' ')[1]),
    ['10', '11', '12'],
  );
  assert.deepEqual(new Set(found.map((line) => line.split(' ')[0])), new Set(['a', 'b', 'c/d']));
});

test('RetainedReplay sends with RETAIN, at the lower of both qualities of service', () => {
  for (const published of [0, 1, 2] as const) {
    for (const granted of [0, 1, 2] as const) {
      const next = replayOf(treeOf(['a'], published), 'a', granted, 5).peek();
      const qos = Math.min(published, granted);
      const shown = [next?.qos, next?.retained, next?.sequence];
      assert.deepEqual(shown, [qos, true, qos === 0 ? -1 : 5]);
    }
  }
});

test('RetainedReplay leaves out what was set or replaced after it was made', () => {
  const tree = treeOf(['a', 'b', 'c']);
  const replay = replayOf(tree, '#', 1, 0);
  tree.set(messageOf('d'));
  tree.set(messageOf('a', 'replaced'));
  tree.delete('b');
  assert.deepEqual(rest(replay), ['c 0']);
});

test('RetainedReplay looks up when its turn comes, and once', () => {
  const tree = treeOf(['a', 'b']);
  const replay = replayOf(tree, '#', 1, 0);
  assert.ok(replay.peek());
  tree.delete('a');
  tree.delete('b');
  assert.equal(rest(replay).length, 2);
});

test('RetainedReplay never has more messages than were counted when it was made', () => {
  const tree = treeOf(['a', 'b', 'c']);
  const count = tree.countMatching('+');
  const replay = replayOf(tree, '+', 1, 0);
  for (let number = 0; number < 10; number++) tree.set(messageOf(`new ${number}`));
  assert.ok(rest(replay).length <= count);
});

test('RetainedReplay.bytes is small, whatever matches', () => {
  const tree = treeOf(Array.from({ length: 1000 }, (_, number) => `t${number}`));
  const replay = replayOf(tree, 'some/filter/#', 1, 0);
  assert.equal(replay.bytes, 'some/filter/#'.length);
  replay.peek();
  assert.equal(replay.bytes, 'some/filter/#'.length);
});

for (const inOrder of [true, false]) {
  test(`RetainedReplay sends each once, ${inOrder ? 'in order of change' : 'in any order'}`, () => {
    const topics = ['z', 'b/b', 'a', 'b/a', 'y/y/y', 'b'];
    const tree = treeOf(topics);
    tree.set(messageOf('a')); // again: it is the last now
    const replay = new RetainedReplay(tree, begin(tree, '#', 1, 0), inOrder);
    const found = rest(replay).map((line) => line.split(' ')[0]!);
    const expected = ['z', 'b/b', 'b/a', 'y/y/y', 'b', 'a'];
    assert.deepEqual(inOrder ? found : found.toSorted(), inOrder ? expected : topics.toSorted());
  });
}

/**
 * Goal: a replay that goes on from what was told sends what had not been sent, and nothing twice.
 * Method: cut at every place; the tree of the next process has another order and new messages.
 */
for (let sent = 0; sent <= 5; sent++) {
  test(`RetainedReplay goes on from what was told after ${sent} messages`, () => {
    const topics = ['e', 'd', 'c', 'b', 'a'];
    const tree = treeOf(topics);
    const replay = replayOf(tree, '#', 1, 7);
    for (let count = 0; count < sent; count++) {
      replay.peek();
      replay.advance();
    }
    const told = replay.tell();
    assert.ok(told);
    const next = new RetainedTree();
    for (const [at, topic] of [...topics.entries()].toReversed()) {
      next.restore(messageOf(topic, 'm', { qos: 1 }), at + 1);
    }
    next.set(messageOf('later', 'm', { qos: 1 }));
    const left = topics.slice(sent).map((topic, at) => `${topic} ${7 + sent + at}`);
    assert.deepEqual(rest(RetainedReplay.restore(next, told)), left);
  });
}

test('RetainedReplay.restore() gives what a store knows of', () => {
  const tree = treeOf(['a']);
  const replay = RetainedReplay.restore(tree, begin(tree, '#', 1, 5));
  assert.deepEqual([replay.told, replay.tell(), replay.endSequence], [true, undefined, 6]);
});

test('RetainedReplay.tell() tells only what is new', () => {
  const replay = replayOf(treeOf(['a', 'b']), '#', 1, 5);
  assert.equal(replay.told, false);
  const expected = { filter: '#', qos: 1, after: 0, asOf: 2, nextSequence: 5, endSequence: 7 };
  assert.deepEqual(replay.tell(), expected);
  assert.equal(replay.told, true);
  assert.equal(replay.tell(), undefined);
  replay.peek();
  replay.advance();
  assert.deepEqual(replay.tell(), { ...expected, after: 1, nextSequence: 6 });
  assert.equal(replay.tell(), undefined);
});

test('RetainedReplay tells what it is, and how many are left', () => {
  const replay = replayOf(treeOf(['a', 'b']), '+', 1, 10);
  assert.deepEqual([replay.filter, replay.qos, replay.left], ['+', 1, 2]);
  assert.ok(replay.peek());
  replay.advance();
  assert.equal(replay.left, 1);
});
