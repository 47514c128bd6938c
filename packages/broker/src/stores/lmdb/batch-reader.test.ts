import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchReader } from './batch-reader.js';
import { TABLES } from './tables.js';
import { WriteBatch } from './write-batch.js';

test('BatchReader gives back any writes, and views of the batch', () => {
  const write = fc.record({
    table: fc.constantFrom(...TABLES),
    key: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    value: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(fc.array(write), (writes) => {
      const batch = new WriteBatch(16);
      for (const { table, key, value } of writes) batch.put(table, key, value);
      const { bytes, end } = batch.take();
      const reader = new BatchReader(bytes, end);
      for (const { table, key, value } of writes) {
        assert.equal(reader.next(), true);
        assert.equal(TABLES[reader.table], table);
        assert.deepEqual([...reader.key], [...key]);
        assert.deepEqual([...reader.value], [...value]);
        assert.equal(reader.value.buffer, bytes.buffer);
      }
      assert.equal(reader.next(), false);
    }),
  );
});
