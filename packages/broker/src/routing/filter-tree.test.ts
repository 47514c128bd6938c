import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FilterTree,
  HAS_CHILDREN,
  HAS_MULTI,
  HAS_PLUS,
  HAS_SINGLE,
  levelHash,
} from './filter-tree.js';

/** The child for a level, 0 if there is none. */
function childOf(tree: FilterTree, parent: number, level: string): number {
  if (level === '+') return tree.plus(parent);
  // In the middle of a topic, as a match looks for it.
  const topic = `x/${level}/y`;
  const end = 2 + level.length;
  const at = tree.find(parent, topic, 2, end, levelHash(topic, 2, end));
  return at < 0 ? 0 : tree.nodeAt(at);
}

test('levelHash() depends on the level alone, not on where it stands', () => {
  for (const level of ['', 'a', 'level', 'é🐦']) {
    const topic = `some/${level}/thing`;
    assert.equal(levelHash(topic, 5, 5 + level.length), levelHash(level, 0, level.length));
  }
  assert.notEqual(levelHash('ab', 0, 2), levelHash('ba', 0, 2));
});

test('FilterTree.childOrNew() makes a child once', () => {
  const tree = new FilterTree();
  const a = tree.childOrNew(0, 'a');
  const plus = tree.childOrNew(0, '+');
  const below = tree.childOrNew(a, 'a');
  assert.equal(new Set([0, a, plus, below]).size, 4);
  assert.equal(tree.childOrNew(0, 'a'), a);
  assert.equal(tree.childOrNew(0, '+'), plus);
  assert.equal(tree.childOrNew(a, 'a'), below);
  assert.equal(tree.size, 3);
});

test('FilterTree.flags() say what a node has, and flagsAt() says the same', () => {
  const tree = new FilterTree();
  const a = tree.childOrNew(0, 'a');
  const at = () => tree.find(0, 'a', 0, 1, levelHash('a', 0, 1));
  const steps: readonly (readonly [act: () => unknown, flags: number])[] = [
    [() => {}, 0],
    [() => tree.mark(a, HAS_SINGLE, true), HAS_SINGLE],
    [() => tree.childOrNew(a, '+'), HAS_SINGLE | HAS_PLUS],
    [() => tree.childOrNew(a, 'b'), HAS_SINGLE | HAS_PLUS | HAS_CHILDREN],
    [() => tree.mark(a, HAS_MULTI, true), HAS_SINGLE | HAS_PLUS | HAS_CHILDREN | HAS_MULTI],
    [() => tree.mark(a, HAS_SINGLE, false), HAS_PLUS | HAS_CHILDREN | HAS_MULTI],
    [() => tree.remove(tree.plus(a)), HAS_CHILDREN | HAS_MULTI],
    [() => tree.remove(childOf(tree, a, 'b')), HAS_MULTI],
    [() => tree.mark(a, HAS_MULTI, false), 0],
  ];
  for (const [act, flags] of steps) {
    act();
    assert.equal(tree.flags(a), flags);
    assert.equal(tree.flagsAt(at()), flags);
  }
});

test('FilterTree.find() tells levels with equal hashes apart', () => {
  // Found by trying: FNV-1a of 32 bits gives both the same value.
  const [one, other] = ['costarring', 'liquid'];
  assert.equal(levelHash(one, 0, one.length), levelHash(other, 0, other.length));
  const tree = new FilterTree();
  const first = tree.childOrNew(0, one);
  assert.equal(childOf(tree, 0, other), 0);
  const second = tree.childOrNew(0, other);
  assert.notEqual(first, second);
  assert.deepEqual([childOf(tree, 0, one), childOf(tree, 0, other)], [first, second]);
  tree.remove(first);
  assert.deepEqual([childOf(tree, 0, one), childOf(tree, 0, other)], [0, second]);
});

/**
 * Goal: the tree in typed arrays is the same as one of maps, while it grows, shrinks and reuses
 * nodes.
 * Method: paths of levels added and taken out; after each step all nodes are looked for.
 */
test('FilterTree is the same as a tree of maps', () => {
  interface Node {
    readonly number: number;
    readonly children: Map<string, Node>;
  }
  const path = fc.array(fc.constantFrom('a', 'b', 'c', '', '+', 'costarring', 'liquid'), {
    minLength: 1,
    maxLength: 4,
  });
  const steps = fc.array(fc.record({ path, take: fc.boolean() }), { maxLength: 60, size: 'max' });

  function check(tree: FilterTree, node: Node): number {
    let count = 0;
    for (const level of ['a', 'b', 'c', '', '+', 'costarring', 'liquid', 'other']) {
      const child = node.children.get(level);
      assert.equal(childOf(tree, node.number, level), child?.number ?? 0);
      if (child !== undefined) count += 1 + check(tree, child);
    }
    const plus = node.children.has('+');
    const others = node.children.size - (plus ? 1 : 0) > 0;
    const flags = (plus ? HAS_PLUS : 0) | (others ? HAS_CHILDREN : 0);
    assert.equal(tree.flags(node.number), flags);
    return count;
  }

  fc.assert(
    fc.property(steps, (all) => {
      const tree = new FilterTree();
      const root: Node = { number: 0, children: new Map() };
      for (const { path: levels, take } of all) {
        let node = root;
        let parent: Node | undefined;
        for (const level of levels) {
          let child = node.children.get(level);
          if (child === undefined) {
            child = { number: tree.childOrNew(node.number, level), children: new Map() };
            node.children.set(level, child);
          }
          parent = node;
          node = child;
        }
        if (take && node.children.size === 0 && parent !== undefined) {
          assert.equal(tree.remove(node.number), parent.number);
          parent.children.delete(levels.at(-1) ?? '');
        }
        assert.equal(tree.size, check(tree, root));
      }
    }),
  );
});

test('FilterTree holds many nodes, and none when all are taken out', () => {
  const tree = new FilterTree();
  const nodes: number[] = [];
  for (let site = 0; site < 100; site++) {
    const parent = tree.childOrNew(0, `site${site}`);
    for (let unit = 0; unit < 100; unit++) nodes.push(tree.childOrNew(parent, `unit${unit}`));
  }
  assert.equal(tree.size, 10_100);
  for (const node of nodes) tree.remove(node);
  assert.equal(tree.size, 100);
  for (let site = 0; site < 100; site++) tree.remove(childOf(tree, 0, `site${site}`));
  assert.deepEqual([tree.size, tree.flags(0)], [0, 0]);
});
