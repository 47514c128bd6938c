import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createBroker } from '../../broker.js';
import { silentLogger } from '../../observe/logger.js';
import { LmdbStore } from '../../stores/lmdb/lmdb-store.js';
import { ApiWorld } from '../api/api-world.testing.js';
import { BackupRunner } from '../host/backup-runner.js';
import type { BackupInfo, StoreInfo } from './store-routes.js';

test('storeRoutes: what the store holds, on disk or in memory', async (t) => {
  const world = await ApiWorld.start(t);
  await world.away('away', ['#', 1]);
  await world.broker.publish({ topic: 'a', payload: 'four', qos: 1, retain: true });
  const status = (await world.data('GET /store', 'viewer')) as StoreInfo;
  assert.deepEqual(status, {
    engine: 'lmdb',
    failed: false,
    last_commit_at: status.last_commit_at,
    backlog_bytes: 0,
    sessions: 1,
    queued_messages: 1,
    queued_bytes: 5,
    retained_messages: 1,
    retained_bytes: status.retained_bytes,
    disk: {
      directory: 'data',
      format: 3,
      sync: 'always',
      sync_failed: false,
      file_bytes: 2000,
      used_bytes: 1000,
      compactions: 1,
      compactions_failed: 0,
      compaction_ms: 5.5,
    },
  });
  world.host.disk = undefined;
  const { engine, disk } = (await world.data('GET /store', 'viewer')) as StoreInfo;
  assert.deepEqual([engine, disk], ['memory', null]);
});

test('storeRoutes: one backup at a time, which can be cancelled', async (t) => {
  const world = await ApiWorld.start(t);
  assert.equal((await world.ask('GET /store/backup', 'viewer')).status, 404);
  const begun = (await world.data('POST /store/backup', 'admin', {})) as BackupInfo;
  assert.match(begun.name, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/);
  const again = await world.ask('POST /store/backup', 'admin', { json: { name: 'b' } });
  assert.equal(again.status, 409);
  assert.equal(((await again.json()) as { code: string }).code, 'BACKUP_RUNS');
  assert.deepEqual(await world.data('DELETE /store/backup', 'admin'), { cancelled: true });
  const { state } = (await world.data('GET /store/backup', 'viewer')) as BackupInfo;
  assert.equal(state, 'cancelled');
  assert.equal((await world.ask('DELETE /store/backup', 'admin')).status, 404);
  world.host.backups = undefined;
  assert.equal((await world.ask('POST /store/backup', 'admin', { json: {} })).status, 409);
});

test('storeRoutes: a backup is a data directory with what was acknowledged', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-backup-'));
  const store = await LmdbStore.open(join(dir, 'data'));
  const world = await ApiWorld.start(t, { store });
  t.after(() => rm(dir, { recursive: true })); // after the broker has ended
  world.host.disk = store;
  world.host.backups = new BackupRunner({
    dir: join(dir, 'backups'),
    make: (target, signal, onProgress) => store.backup(target, signal, onProgress),
    wallMs: () => 0,
    log: silentLogger,
  });
  await world.broker.publish({ topic: 'a', payload: 'x', retain: true });
  const { disk, last_commit_at } = (await world.data('GET /store', 'viewer')) as StoreInfo;
  assert.equal(disk?.directory, join(dir, 'data'));
  assert.ok(Math.abs(Date.parse(last_commit_at ?? '') - Date.now()) < 60_000);
  await world.data('POST /store/backup', 'admin', { name: 'monday' });
  const look = async () => (await world.data('GET /store/backup', 'viewer')) as BackupInfo;
  let state = await look();
  for (; state.state === 'running'; state = await look()) await setImmediate();
  assert.deepEqual([state.state, state.problem], ['done', null]);
  assert.ok(state.records > 0 && state.bytes > 0);
  assert.deepEqual(await readdir(join(dir, 'backups')), ['monday']);
  const copy = await createBroker({ store: await LmdbStore.open(join(dir, 'backups', 'monday')) });
  assert.equal(copy.retained.get('a')?.payloadLength, 1);
  await copy.close();
  await world.data('POST /store/backup', 'admin', { name: 'monday' });
  for (state = await look(); state.state === 'running'; state = await look()) await setImmediate();
  assert.match(state.problem ?? '', /is not empty/);
});
