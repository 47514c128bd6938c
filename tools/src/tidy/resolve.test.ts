import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resolveImport } from './resolve.js';
import { Tree } from './tree.js';

const tree = new Tree([
  { path: 'packages/a/package.json', text: '{ "imports": { "#b": "./dist/b.js" } }' },
  { path: 'packages/a/src/a.ts', text: '' },
  { path: 'packages/a/src/b.ts', text: '' },
  { path: 'tools/c.mjs', text: '' },
]);

const cases: [from: string, specifier: string, expected: string[]][] = [
  ['packages/a/src/a.ts', './b.js', ['packages/a/src/b.ts']],
  ['packages/a/src/deep/x.ts', '../b.js', ['packages/a/src/b.ts']],
  ['packages/a/src/a.ts', '#b', ['packages/a/src/b.ts']],
  ['packages/a/src/a.ts', '#c', []],
  ['tools/d.mjs', './c.mjs', ['tools/c.mjs']],
  ['tools/d.mjs', '#b', []],
  ['packages/a/src/a.ts', './gone.js', []],
  ['packages/a/src/a.ts', 'node:fs', []],
];
for (const [from, specifier, expected] of cases) {
  const end = expected.join() || 'nothing';
  test(`resolveImport() leads from ${from} by ${specifier} to ${end}`, () => {
    assert.deepEqual(resolveImport(tree, from, specifier), expected);
  });
}
