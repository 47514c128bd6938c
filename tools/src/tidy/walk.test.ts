import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseSync } from 'oxc-parser';

import { type Visited, walk } from './walk.js';

function path(visited: Visited | undefined): string[] {
  return visited === undefined ? [] : [...path(visited.parent), visited.node.type];
}

test('walk() visits every node in the order of the text and knows the way up', () => {
  const seen: string[] = [];
  walk(parseSync('a.ts', 'f(a, [b]);').program, (visited) => seen.push(path(visited).join('/')));
  const call = 'Program/ExpressionStatement/CallExpression';
  assert.deepEqual(seen, [
    'Program',
    'Program/ExpressionStatement',
    call,
    `${call}/Identifier`,
    `${call}/Identifier`,
    `${call}/ArrayExpression`,
    `${call}/ArrayExpression/Identifier`,
  ]);
});
