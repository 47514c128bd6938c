import assert from 'node:assert/strict';
import { test } from 'node:test';

import { commentsWith, functionCalls, methodCalls } from './ban.js';
import { SourceFile } from './source-file.js';

const file = new SourceFile(
  'a.ts',
  `a.go(); b.go(); a.stop(); go(); this.a.go(); // go now\n'go';`,
);
const offsets = (visited: readonly { node: { start: number } }[]): number[] =>
  visited.map(({ node }) => node.start);

test('methodCalls() finds calls on an object by its name', () => {
  assert.deepEqual(offsets(methodCalls(file, ['a'], ['go', 'stop'])), [0, 16]);
});

test('methodCalls() finds calls on any object', () => {
  assert.deepEqual(offsets(methodCalls(file, undefined, ['go'])), [0, 8, 32]);
});

test('functionCalls() finds calls by plain name', () => {
  assert.deepEqual(offsets(functionCalls(file, ['go'])), [26]);
});

test('commentsWith() finds comments, not strings', () => {
  assert.equal(commentsWith(file, /go/).length, 1);
});
