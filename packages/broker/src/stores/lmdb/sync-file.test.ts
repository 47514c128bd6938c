import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { syncDirectory, syncFile } from './sync-file.js';

test('syncFile() and syncDirectory() change nothing', async (t) => {
  const folder = await freshFolder(t);
  const file = join(folder, 'file');
  await writeFile(file, 'text');
  await syncFile(file);
  await syncDirectory(folder);
  assert.equal(await readFile(file, 'utf8'), 'text');
});

test('syncFile() and syncDirectory() say what the system says', async (t) => {
  const path = join(await freshFolder(t), 'nothing');
  await assert.rejects(syncFile(path), { code: 'ENOENT' });
  if (process.platform !== 'win32') await assert.rejects(syncDirectory(path), { code: 'ENOENT' });
});
