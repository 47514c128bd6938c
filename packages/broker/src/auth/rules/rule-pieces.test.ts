import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces } from './rule-pieces.js';

/** What survives the way out of a thread. */
function piecesOf(text: string) {
  return structuredClone([...pieces({ text, file: 'f' })]);
}

test('pieces() gives groups, then rules with their lines, a few at a time', () => {
  const rules = Array.from({ length: 50 }, (_, at) => `  - { allow: both, topics: t${at} }\n`);
  const all = piecesOf(`groups: { ops: [a, b], none: [] }\nrules:\n${rules.join('')}`);
  assert.deepEqual(all.slice(0, 2), [
    { group: 'ops', users: ['a', 'b'] },
    { group: 'none', users: [] },
  ]);
  const some = all.slice(2).map((piece) => ('rules' in piece ? piece.rules : []));
  assert.ok(some.length > 1);
  assert.deepEqual(
    some.flat(),
    rules.map((_, at) => ({ rule: { allow: 'both', topics: [`t${at}`] }, line: at + 3 })),
  );
});

test('pieces() gives nothing but the problems of a file that has some', () => {
  const [first, ...more] = piecesOf(
    'groups: { ops: [a] }\nrules: [{ allow: both, topics: a, who: { group: opps } }]\n',
  );
  assert.ok(first !== undefined && 'problems' in first);
  assert.match(first.problems.join(), /^f:2:\d+: rules\[0\]\.who\.group is the group opps/);
  assert.deepEqual(more, []);
});

test('pieces() gives the first hundred problems, and says how many there are more', () => {
  const keys = Array.from({ length: 500 }, (_, at) => `k${at}: 1\n`);
  const [first] = piecesOf(`rules: [{ allow: both, topics: a }]\n${keys.join('')}`);
  assert.ok(first !== undefined && 'problems' in first);
  assert.equal(first.problems.length, 101);
  assert.equal(first.problems[99], 'f:101:1: k99 is not a known key');
  assert.equal(first.problems[100], 'f: 400 more like these');
});
