import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '@magpie/broker';
import { LmdbStore } from '@magpie/broker/server';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

test('magpie store check says what a store holds, as text and as JSON', async (t) => {
  const folder = await freshFolder(t);
  {
    await using broker = await createBroker({ store: await LmdbStore.open(folder) });
    await broker.publish({ topic: 'a', payload: 'text', retain: true });
  }
  const text = await runInProcess(['store', 'check', folder]);
  assert.deepEqual([text.code, text.err], [0, []]);
  assert.equal(text.out[0], `${folder}: sound, format 3`);
  assert.match(text.out.join('\n'), /^ +1 retained messages$/m);
  const json = await runInProcess(['store', 'check', folder, '--json']);
  assert.deepEqual([json.code, json.err, json.out.length], [0, [], 1]);
  const { sound, retained, damage } = JSON.parse(json.out[0]!) as Record<string, unknown>;
  assert.deepEqual([sound, retained, damage], [true, 1, []]);
});

test('magpie store check refuses a directory in use in one line', async (t) => {
  const folder = await freshFolder(t);
  await using store = await LmdbStore.open(folder);
  const { code, err } = await runInProcess(['store', 'check', folder]);
  assert.deepEqual([code, err.length], [1, 1]);
  assert.match(err[0]!, /is in use by another process/);
  assert.equal(store.name, 'lmdb');
});
