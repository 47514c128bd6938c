import assert from 'node:assert/strict';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataDirectory } from './data-directory.js';
import { freshFolder } from './fresh-folder.testing.js';

test('DataDirectory.open() makes the directory for nobody else', async (t) => {
  const path = join(await freshFolder(t), 'a', 'b');
  const directory = await DataDirectory.open(path);
  assert.equal(directory.path, path);
  if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o700);
  await directory.close();
});

test('DataDirectory is of one process at a time', async (t) => {
  const path = await freshFolder(t);
  const directory = await DataDirectory.open(path);
  await assert.rejects(DataDirectory.open(path), /in use by another process/);
  await directory.close();
  await (await DataDirectory.open(path)).close();
});

test('DataDirectory.open() notices that the data is gone', async (t) => {
  const path = await freshFolder(t);
  const directory = await DataDirectory.open(path);
  await directory.markAsStore();
  await directory.markAsStore(); // once is enough
  await directory.close();
  await assert.rejects(DataDirectory.open(path), /has lost its file data\.mdb: put it back/);
  await rm(join(path, 'magpie-store'));
  await (await DataDirectory.open(path)).close();
});

test('DataDirectory.open() says in one line what the system says', async (t) => {
  const file = join(await freshFolder(t), 'file');
  await writeFile(file, '');
  await assert.rejects(DataDirectory.open(join(file, 'data')), (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, /^Cannot use the data directory .*: ENOTDIR/);
    return !error.message.includes('\n');
  });
});

test('DataDirectory.open() refuses a file that is none of LMDB, and lets it be', async (t) => {
  const path = await freshFolder(t);
  await writeFile(join(path, 'data.mdb'), 'x'.repeat(10_000));
  await assert.rejects(DataDirectory.open(path), /is damaged, or no file of Magpie's/);
  assert.deepEqual(await readdir(path), ['data.mdb']);
});
