import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { PageFile } from './page-file.js';
import { checksumOf } from './record-checksum.js';
import { TABLE_CODES } from './tables.js';
import { TreeWalk } from './tree-walk.js';
import { WriteBatch } from './write-batch.js';

test('checksumOf() is what the engine puts behind a value', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  const batch = new WriteBatch();
  for (const text of ['', 'x', 'much'.repeat(5000)]) {
    batch.put('wills', Buffer.from(`key ${text.length}`), Buffer.from(text));
  }
  await environment.write([batch.take()]);
  await environment.close();
  const file = new PageFile(environment.file);
  t.after(() => file.close());
  const walk = new TreeWalk(file, file.newestMeta()!, ({ how }) => assert.fail(how));
  let records = 0;
  for (const leaf of walk.leaves('wills', walk.tables().get('wills')!)) {
    for (const { key, value } of walk.records(leaf)) {
      const end = value.length - 4;
      const checksum = checksumOf(TABLE_CODES.wills, key, value.subarray(0, end));
      assert.equal(checksum, value.readUInt32BE(end));
      assert.notEqual(checksumOf(TABLE_CODES.meta, key, value.subarray(0, end)), checksum);
      records++;
    }
  }
  assert.equal(records, 3);
});
