import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Message } from '../../../model/message.js';
import { compactStore } from './compact-store.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { LmdbStore } from '../lmdb-store.js';
import type { ToolProgress } from './tool-progress.js';

test('compactStore() gives back what is not needed', async (t) => {
  const folder = await freshFolder(t);
  {
    await using store = await LmdbStore.open(folder);
    await store.load();
    for (let topic = 0; topic < 1000; topic++) {
      const payload = new Uint8Array(5000);
      store.putRetained(Message.of({ topic: `t${topic}`, payload, qos: 1, retain: true }), topic);
    }
    await store.commit();
    for (let topic = 1; topic < 1000; topic++) store.deleteRetained(`t${topic}`);
    await store.commit();
    await assert.rejects(compactStore(folder), /is in use by another process/);
  }
  const files = await readdir(folder);
  const told: ToolProgress[] = [];
  const { beforeBytes, afterBytes } = await compactStore(folder, (progress) => told.push(progress));
  for (const { done, total } of told) assert.ok(done <= total);
  assert.equal(told.at(-1)?.done, told.at(-1)?.total);
  assert.ok((told.at(-1)?.total ?? 0) > 0);
  assert.ok(beforeBytes > 5_000_000 && afterBytes < 200_000, `${beforeBytes} ${afterBytes}`);
  assert.equal((await stat(join(folder, 'data.mdb'))).size, afterBytes);
  assert.deepEqual(await readdir(folder), files);
  await using store = await LmdbStore.open(folder);
  assert.equal((await store.load()).retained[0]?.message.topic, 't0');
});
