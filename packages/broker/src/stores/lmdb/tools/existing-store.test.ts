import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ExistingStore, findStore } from './existing-store.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { LmdbStore } from '../lmdb-store.js';

test('findStore() says that there is none', async (t) => {
  const folder = await freshFolder(t);
  const file = join(folder, 'file');
  await writeFile(file, '');
  await assert.rejects(findStore(join(folder, 'no')), {
    message: `There is no directory ${join(folder, 'no')}`,
  });
  await assert.rejects(findStore(file), { message: `${file} is no directory` });
  await assert.rejects(findStore(folder), {
    message: `There is no store in ${folder}: no data.mdb`,
  });
});

test('ExistingStore takes the directory, and leaves nothing in it', async (t) => {
  const folder = await freshFolder(t);
  await (await LmdbStore.open(folder))[Symbol.asyncDispose]();
  const before = await readdir(folder);
  {
    await using store = await ExistingStore.open(folder);
    assert.equal(store.file, join(folder, 'data.mdb'));
    await assert.rejects(LmdbStore.open(folder), /is in use by another process/);
  }
  assert.deepEqual(await readdir(folder), before);
});

test('ExistingStore does not take a directory that is in use', async (t) => {
  const folder = await freshFolder(t);
  await using store = await LmdbStore.open(folder);
  await assert.rejects(ExistingStore.open(folder), /is in use by another process/);
  assert.equal(store.name, 'lmdb');
});

/** Root may write everywhere. */
if (process.getuid?.() !== 0) {
  test('ExistingStore reads what may not be written', async (t) => {
    const folder = join(await freshFolder(t), 'backup');
    await mkdir(folder);
    await writeFile(join(folder, 'data.mdb'), '');
    await chmod(folder, 0o500);
    t.after(() => chmod(folder, 0o700));
    await using store = await ExistingStore.open(folder);
    assert.equal(store.path, folder);
  });
}
