import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LmdbStore } from '@magpie/broker/server';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

test('magpie store compact says what it has given back', async (t) => {
  const folder = await freshFolder(t);
  await (await LmdbStore.open(folder))[Symbol.asyncDispose]();
  const { code, out, err } = await runInProcess(['store', 'compact', folder]);
  assert.deepEqual([code, err], [0, []]);
  assert.match(out.join('\n'), /^\S+ has [\d,]+ bytes instead of [\d,]+ bytes$/);
});

test('magpie store compact refuses a directory in use in one line', async (t) => {
  const folder = await freshFolder(t);
  await using store = await LmdbStore.open(folder);
  const { code, out, err } = await runInProcess(['store', 'compact', folder]);
  assert.deepEqual([code, out, err.length], [1, [], 1]);
  assert.match(err[0]!, new RegExp(`^The data directory ${folder} is in use by another process`));
  assert.equal(store.name, 'lmdb');
});
