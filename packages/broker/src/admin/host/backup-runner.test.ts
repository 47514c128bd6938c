import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import type { BackupResult } from '../../stores/lmdb/backup.js';
import { BackupRunner } from './backup-runner.js';

function start() {
  const log = new RecordingLogger();
  const made: { target: string; progress: (soFar: BackupResult) => void }[] = [];
  let resolve: (result: BackupResult) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<BackupResult>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  let nowMs = 1000;
  const runner = new BackupRunner({
    dir: 'backups',
    wallMs: () => nowMs++,
    log,
    make: (target, signal, progress) => {
      made.push({ target, progress });
      signal.addEventListener('abort', () => reject(new Error('it was cancelled')));
      return promise;
    },
  });
  return { runner, log, made, resolve, reject };
}

async function ended({ runner }: ReturnType<typeof start>) {
  while (runner.state?.state === 'running') await Promise.resolve();
  return runner.state;
}

test('BackupRunner makes one backup at a time, and tells how far it is', async () => {
  const world = start();
  const { runner, made, log } = world;
  assert.equal(runner.state, undefined);
  assert.equal(runner.start('monday')?.state, 'running');
  assert.equal(runner.start('tuesday'), undefined);
  assert.deepEqual(
    made.map(({ target }) => target),
    [join('backups', 'monday')],
  );
  made[0]?.progress({ records: 5, bytes: 50 });
  const running = { name: 'monday', beganMs: 1000, problem: undefined };
  assert.deepEqual(runner.state, {
    ...running,
    state: 'running',
    endedMs: undefined,
    records: 5,
    bytes: 50,
  });
  world.resolve({ records: 7, bytes: 70 });
  const done = { ...running, state: 'done', endedMs: 1001, records: 7, bytes: 70 };
  assert.deepEqual(await ended(world), done);
  assert.equal(await runner.cancel(), false);
  assert.deepEqual([log.of('backup-began').length, log.of('backup-ended').length], [1, 1]);
  await Promise.resolve();
  assert.equal(runner.start('tuesday')?.name, 'tuesday');
});

test('BackupRunner says why one has failed', async () => {
  const world = start();
  world.runner.start('monday');
  world.reject(new Error('the disk is full'));
  const state = await ended(world);
  assert.deepEqual([state?.state, state?.problem], ['failed', 'the disk is full']);
  assert.equal(world.log.of('backup-failed').length, 1);
});

test('BackupRunner.cancel() ends the one under way, and waits for its end', async () => {
  const { runner } = start();
  runner.start('monday');
  assert.equal(await runner.cancel(), true);
  assert.equal(runner.state?.state, 'cancelled');
});
