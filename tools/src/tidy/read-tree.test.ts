import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { ignoredFolders, isText, readTree } from './read-tree.js';

test('readTree() reads texts, lists other files, and leaves out ignored folders', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'magpie-tidy-'));
  t.after(() => rm(root, { recursive: true }));
  const files = {
    '.gitignore': 'node_modules/\n/data/\n',
    '.git/config': 'x',
    'src/a.ts': 'a',
    'src/data/b.ts': 'b',
    'src/node_modules/c.ts': 'c',
    'data/d.ts': 'd',
    'e.png': 'e',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const read = (await readTree(root)).map(({ path, text }) => `${path}=${text}`);
  assert.deepEqual(read.sort(), [
    '.gitignore=node_modules/\n/data/\n',
    'e.png=',
    'src/a.ts=a',
    'src/data/b.ts=b',
  ]);
});

test('readTree() leaves out the file .git of a linked work tree', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'magpie-tidy-'));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(join(root, '.git'), 'gitdir: elsewhere\n');
  await writeFile(join(root, '.gitignore'), 'dist/\n');
  assert.deepEqual(
    (await readTree(root)).map(({ path }) => path),
    ['.gitignore'],
  );
});

test('ignoredFolders() reads names for anywhere and for the top', () => {
  const ignored = ignoredFolders('dist/\n/data/\n*.log\n');
  const paths = ['dist', 'packages/a/dist', 'data', 'packages/data', '.git', 'logs'];
  assert.deepEqual(paths.filter(ignored), ['dist', 'packages/a/dist', 'data', '.git']);
});

test('isText() knows what to read', () => {
  const paths = [
    'a.ts',
    'b.md',
    'deploy/Dockerfile',
    '.ci/run',
    '.editorconfig',
    'm.1',
    'a.png',
    'b.pem',
  ];
  assert.deepEqual(paths.filter(isText), paths.slice(0, 6));
});
