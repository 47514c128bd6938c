import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Tree } from './tree.js';

const tree = new Tree([
  { path: 'packages/a/src/b.ts', text: 'export const b = 1;' },
  { path: 'tools/c.mjs', text: '' },
  { path: 'README.md', text: '# Magpie' },
]);

test('Tree knows its files and the folders they lie in', () => {
  for (const path of ['.', 'README.md', 'packages', 'packages/a/src', 'tools/c.mjs']) {
    assert.equal(tree.has(path), true, path);
  }
  for (const path of ['README', 'packages/a/sr', 'x']) assert.equal(tree.has(path), false, path);
});

test('Tree takes TypeScript and JavaScript for sources', () => {
  assert.deepEqual(
    [...tree.sources].map(({ path }) => path),
    ['packages/a/src/b.ts', 'tools/c.mjs'],
  );
  assert.equal(tree.source('README.md'), undefined);
});

test('Tree gives the text of a file', () => {
  assert.equal(tree.text('README.md'), '# Magpie');
  assert.equal(tree.text('packages'), undefined);
});
