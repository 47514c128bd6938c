import assert from 'node:assert/strict';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareDataFile } from './data-file.js';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { WriteBatch } from './write-batch.js';

test('prepareDataFile() tells whether there is a file with something in it', async (t) => {
  const path = join(await freshFolder(t), 'data.mdb');
  assert.equal(await prepareDataFile(path), false);
  await writeFile(path, '');
  assert.equal(await prepareDataFile(path), false);
});

for (const bytes of [10, 300, 10_000]) {
  test(`prepareDataFile() refuses ${bytes} bytes that are no LMDB file`, async (t) => {
    const path = join(await freshFolder(t), 'data.mdb');
    await writeFile(path, 'x'.repeat(bytes));
    await assert.rejects(prepareDataFile(path), /is damaged, or no file of Magpie's/);
  });
}

test('prepareDataFile() makes up the end of a file that was cut', async (t) => {
  const folder = await freshFolder(t);
  const path = join(folder, 'data.mdb');
  const environment = LmdbEnvironment.open(folder);
  const batch = new WriteBatch();
  for (let key = 0; key < 100; key++) {
    batch.put('messages', numberKey(key), Buffer.alloc(1000, key));
  }
  await environment.write([batch.take()]);
  await environment.close();
  const { size } = await stat(path);
  assert.equal(await prepareDataFile(path), true);
  await truncate(path, 20_000);
  assert.equal(await prepareDataFile(path), true);
  assert.ok((await stat(path)).size > 20_000);
  assert.ok((await stat(path)).size <= size);
});
