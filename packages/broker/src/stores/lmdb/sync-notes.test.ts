import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { PageFile } from './page-file.js';
import { settleSync, SyncNotes } from './sync-notes.js';
import type { SyncRecord } from './sync-record.js';
import { WriteBatch } from './write-batch.js';

async function dataFile(t: TestContext): Promise<string> {
  const directory = await freshFolder(t);
  await LmdbEnvironment.open(directory).close();
  return join(directory, 'data.mdb');
}

async function commit(path: string): Promise<void> {
  const environment = LmdbEnvironment.open(join(path, '..'));
  const batch = new WriteBatch();
  batch.put('meta', Buffer.from('k'), Buffer.from('v'));
  await environment.write([batch.take()]);
  await environment.close();
}

function look<T>(path: string, at: (file: PageFile) => T, boot = 'this'): T {
  const file = new PageFile(path, boot);
  try {
    return at(file);
  } finally {
    file.close();
  }
}

const record = (path: string) => look(path, (file) => file.syncRecord());
const transaction = (path: string, boot?: string) =>
  look(path, (file) => file.newestMeta()?.transaction, boot);

function note(path: string, mode: SyncRecord['mode'], boot = 'this'): void {
  const notes = new SyncNotes(path, boot);
  notes.sync(mode);
  notes.close();
}

test('SyncNotes take turns, and the last one counts', async (t) => {
  const path = await dataFile(t);
  assert.equal(record(path), undefined);
  const notes = new SyncNotes(path, 'this');
  notes.sync('interval');
  await notes.syncMeanwhile('interval', notes.metas());
  notes.sync('os');
  notes.close();
  assert.deepEqual([record(path)?.number, record(path)?.mode], [3, 'os']);
  note(path, 'clean');
  assert.deepEqual([record(path)?.number, record(path)?.mode], [4, 'clean']);
});

test('SyncNotes.distrust() has the next start go back, though the machine runs on', async (t) => {
  const path = await dataFile(t);
  const notes = new SyncNotes(path, 'this');
  const metas = notes.metas();
  const before = transaction(path);
  await commit(path);
  notes.sync('interval', metas);
  assert.notEqual(transaction(path), before);
  notes.distrust('interval', metas);
  notes.close();
  assert.equal(transaction(path), before);
});

const settled: readonly (readonly [mode: SyncRecord['mode'], boot: string, back: boolean])[] = [
  ['clean', 'this', false],
  ['clean', 'other', false],
  ['interval', 'this', false],
  ['interval', 'other', true],
  ['interval', '', true],
  ['os', 'this', false],
];
for (const [mode, boot, back] of settled) {
  test(`settleSync() ${back ? 'goes back' : 'goes on'}: ${mode}, ${boot}`, async (t) => {
    const path = await dataFile(t);
    const before = transaction(path);
    const notes = new SyncNotes(path, boot);
    const metas = notes.metas();
    await commit(path);
    const after = transaction(path);
    notes.sync(mode, metas);
    notes.close();
    assert.equal(settleSync(path, 'this'), back);
    assert.equal(record(path)?.mode, 'clean');
    for (const run of ['this', 'next']) assert.equal(transaction(path, run), back ? before : after);
    assert.equal(settleSync(path, 'next'), false);
  });
}

test('settleSync() refuses what only the system has synced', async (t) => {
  const path = await dataFile(t);
  note(path, 'os');
  for (let round = 0; round < 2; round++) {
    assert.throws(() => settleSync(path, 'other'), { name: 'Damage', message: /sync: os: what/ });
  }
  assert.equal(settleSync(path, 'this'), false);
});
