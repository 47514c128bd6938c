import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeSyncRecord,
  encodeSyncRecord,
  META_HEAD_BYTES,
  placeOfSyncRecord,
  SYNC_RECORD_BYTES,
  type SyncRecord,
} from './sync-record.js';

const record: SyncRecord = {
  number: 2 ** 40 + 1,
  mode: 'interval',
  boot: '0c7b2a6e-24d5-4a0e-9d7a-0f3a5a3c1b11',
  pageBytes: 16_384,
  metas: [Buffer.alloc(META_HEAD_BYTES, 'a'), Buffer.alloc(META_HEAD_BYTES, 'b')],
};

for (const mode of ['clean', 'interval', 'os'] as const) {
  test(`encodeSyncRecord() and decodeSyncRecord() are inverse: ${mode}`, () => {
    const bytes = encodeSyncRecord({ ...record, mode });
    assert.equal(bytes.length, SYNC_RECORD_BYTES);
    assert.deepEqual(decodeSyncRecord(bytes), { ...record, mode });
  });
}

test('encodeSyncRecord() keeps that the run of the machine is not known', () => {
  assert.equal(decodeSyncRecord(encodeSyncRecord({ ...record, boot: '' }))?.boot, '');
});

test('decodeSyncRecord() takes nothing that is not whole', () => {
  assert.equal(decodeSyncRecord(Buffer.alloc(SYNC_RECORD_BYTES)), undefined);
  const whole = encodeSyncRecord(record);
  for (let at = 0; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1;
    assert.equal(decodeSyncRecord(bytes), undefined, `byte ${at}`);
  }
});

test('placeOfSyncRecord() takes the two pages in turn', () => {
  assert.deepEqual(
    [0, 1, 2].map((number) => placeOfSyncRecord(number, 4096)),
    [1024, 5120, 1024],
  );
});
