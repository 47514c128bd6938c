import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Message } from '../../../model/message.js';
import { RecordingLogger } from '../../../observe/recording-logger.testing.js';
import { backupStore } from './backup-store.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { LmdbStore } from '../lmdb-store.js';

const { signal } = new AbortController();

function retained(topic: string): Message {
  return Message.of({ topic, payload: Buffer.from(topic), qos: 1, retain: true });
}

async function topicsIn(folder: string): Promise<string[]> {
  await using store = await LmdbStore.open(folder);
  return (await store.load()).retained.map(({ message }) => message.topic);
}

test('backupStore() asks the process that uses the store', async (t) => {
  const folder = await freshFolder(t);
  const [source, target] = [join(folder, 'data'), join(folder, 'backup')];
  const log = new RecordingLogger();
  await using store = await LmdbStore.open(source, { log });
  await store.load();
  store.putRetained(retained('before'), 1);
  await store.commit();
  const { records, bytes } = await backupStore(source, target, signal);
  store.putRetained(retained('after'), 2);
  await store.commit();
  assert.deepEqual(await topicsIn(target), ['before']);
  assert.equal(records, 2); // and the format
  assert.ok(bytes > 0);
  assert.deepEqual(
    log.lines.map(({ level, message }) => `${level} ${message}`),
    ['info backup begins', 'info backup has ended'],
  );
});

test('backupStore() says what the process that uses the store says', async (t) => {
  const folder = await freshFolder(t);
  const source = join(folder, 'data');
  const log = new RecordingLogger();
  await using store = await LmdbStore.open(source, { log });
  await store.load();
  await assert.rejects(backupStore(source, folder, signal), {
    message:
      `Cannot back up the store in ${source}: The directory ${folder} is not empty: `
      + 'name one that is not there yet, or an empty one',
  });
  assert.equal(log.of('backup-failed').length, 1);
});

test('backupStore() does it itself if nobody uses the store', async (t) => {
  const folder = await freshFolder(t);
  const [source, target] = [join(folder, 'data'), join(folder, 'backup')];
  {
    await using store = await LmdbStore.open(source);
    await store.load();
    store.putRetained(retained('t'), 1);
    await store.commit();
  }
  const files = await readdir(source);
  await backupStore(source, target, signal);
  assert.deepEqual(await readdir(source), files);
  assert.deepEqual(await topicsIn(target), ['t']);
  await assert.rejects(backupStore(source, target, signal), /is not empty/);
  await assert.rejects(backupStore(join(folder, 'no'), target, signal), /There is no directory/);
});
