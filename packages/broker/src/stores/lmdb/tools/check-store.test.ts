import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeOfFormat1 } from '../format-1.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { LmdbEnvironment } from '../lmdb-environment.js';
import { checkStore } from './check-store.js';
import { makeSampleStore, QUEUED } from './sample-store.testing.js';
import type { ToolProgress } from './tool-progress.js';

test('checkStore() says what a store holds, and changes nothing', async (t) => {
  const folder = await freshFolder(t);
  await makeSampleStore(folder);
  const [names, bytes] = [await readdir(folder), await readFile(join(folder, 'data.mdb'))];
  const { pages, messageBytes, ...report } = await checkStore(folder);
  assert.deepEqual(report, {
    path: folder,
    format: 3,
    sessions: 3,
    subscriptions: 3,
    messages: QUEUED + 1,
    deliveries: QUEUED + 3,
    released: 1,
    received: 2,
    replays: 1,
    retained: 3,
    wills: 2,
    damages: 0,
    damage: [],
  });
  assert.ok(messageBytes > 80_000);
  assert.equal(pages.fileBytes, bytes.length);
  assert.deepEqual(await readdir(folder), names);
  assert.ok(bytes.equals(await readFile(join(folder, 'data.mdb'))));
});

test('checkStore() lists all that is damaged, in pages and records', async (t) => {
  const folder = await freshFolder(t);
  await makeSampleStore(folder);
  const path = join(folder, 'data.mdb');
  const bytes = await readFile(path);
  for (const number of [33, 66, 99]) {
    const at = bytes.lastIndexOf(`a/${number}a/${number}a/${number}`);
    bytes[at]! ^= 4;
  }
  await writeFile(path, bytes);
  const { damages, damage, messages } = await checkStore(folder);
  assert.equal(damages, 3);
  assert.deepEqual(
    damage.map(({ table, how }) => `${table}: ${how}`),
    Array.from({ length: 3 }, () => 'messages: its checksum is wrong'),
  );
  assert.equal(messages, QUEUED - 2);
});

test('checkStore() reads a store of format 1 as it is', async (t) => {
  const folder = await freshFolder(t);
  const environment = LmdbEnvironment.open(folder);
  await environment.write([storeOfFormat1()]);
  await environment.close();
  const bytes = await readFile(environment.file);
  const { format, sessions, retained, damage } = await checkStore(folder);
  assert.deepEqual(
    { format, sessions, retained, damage },
    {
      format: 1,
      sessions: 2,
      retained: 2,
      damage: [],
    },
  );
  assert.ok(bytes.equals(await readFile(environment.file)));
});

test('checkStore() tells how far it is: the pages, then the records, to the end', async (t) => {
  const folder = await freshFolder(t);
  await makeSampleStore(folder);
  const told: ToolProgress[] = [];
  const { sessions } = await checkStore(folder, undefined, (progress) => told.push(progress));
  assert.deepEqual([...new Set(told.map(({ what }) => what))], ['pages', 'records']);
  for (const { done, total } of told) assert.ok(done <= total);
  for (const what of ['pages', 'records'] as const) {
    const last = told.findLast((one) => one.what === what);
    assert.equal(last?.done, last?.total);
    assert.ok((last?.done ?? 0) > sessions);
  }
});
