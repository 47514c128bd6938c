import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { numberKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { BRANCH, LEAF, OVERFLOW, PageFile } from './page-file.js';
import { checkTrees } from './tree-check.js';
import { WriteBatch } from './write-batch.js';

/** A file with branch, leaf and overflow pages, and free ones. */
async function dataFile(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(directory, { recursive: true }));
  const environment = LmdbEnvironment.open(directory);
  const put = new WriteBatch();
  for (let number = 0; number < 500; number++) {
    const size = number % 50 === 0 ? 10_000 : 200;
    put.put('messages', numberKey(number), new Uint8Array(size));
  }
  await environment.write([put.take()]);
  const remove = new WriteBatch();
  for (let number = 0; number < 200; number++) remove.remove('messages', numberKey(number));
  await environment.write([remove.take()]);
  await environment.close();
  return join(directory, 'data.mdb');
}

test('checkTrees() finds nothing in good files', async (t) => {
  const path = await dataFile(t);
  checkTrees(path);
  await writeFile(path, '');
  checkTrees(path);
});

test('checkTrees() finds nothing after many transactions', async (t) => {
  const path = await dataFile(t);
  const environment = LmdbEnvironment.open(join(path, '..'));
  for (let turn = 0; turn < 100; turn++) {
    const batch = new WriteBatch();
    for (let each = 0; each < 20; each++) {
      const value = new Uint8Array(each % 7 === 0 ? 6000 : 100);
      batch.put('messages', numberKey(1000 + turn * 20 + each), value);
      batch.remove('messages', numberKey(1000 + (turn - 30) * 20 + each * 2));
      batch.put('retained', numberKey((turn * 7 + each * 13) % 50), value);
    }
    await environment.write([batch.take()]);
    if (turn % 10 === 0) checkTrees(path);
  }
  await environment.close();
  checkTrees(path);
});

/** The pages of one kind that a file has, the newest transaction's and others. */
function pagesOf(bytes: Buffer, kind: number): number[] {
  const pages = [];
  for (let page = 2; page * 4096 < bytes.length; page++) {
    if (bytes.readUInt16LE(page * 4096 + 18) === kind) pages.push(page);
  }
  return pages;
}

/**
 * Goal: a damage to the form of any page that is in use is found, and none to a free page is.
 * Method: each page, in each of several ways; what a free page is, the number of findings tells.
 */
const damages: readonly (readonly [name: string, kind: number, at: number, by: number])[] = [
  ['the number of a branch page', BRANCH, 0, 1],
  ['the kind of a branch page', BRANCH, 18, 3],
  ['the first bound of a branch page', BRANCH, 20, 1],
  ['the second bound of a branch page', BRANCH, 23, 0x80],
  ['where a branch page points', BRANCH, 25, 0x80],
  ['the number of a leaf page', LEAF, 0, 1],
  ['the kind of a leaf page', LEAF, 18, 6],
  ['the first bound of a leaf page', LEAF, 20, 2],
  ['the second bound of a leaf page', LEAF, 23, 0x80],
  ['where a leaf page points', LEAF, 25, 0x80],
  ['the number of an overflow page', OVERFLOW, 0, 1],
  ['the size of an overflow page', OVERFLOW, 20, 1],
];
for (const [name, kind, at, by] of damages) {
  test(`checkTrees() finds a damage to ${name}`, async (t) => {
    const path = await dataFile(t);
    const good = await readFile(path);
    const found = [];
    for (const page of pagesOf(good, kind)) {
      const bytes = Buffer.from(good);
      bytes[page * 4096 + at]! ^= by;
      await writeFile(path, bytes);
      try {
        checkTrees(path);
      } catch (error) {
        assert.match(String(error), /^Damage: (Page \d+ of data\.mdb|data\.mdb) is damaged: .+$/);
        found.push(page);
      }
    }
    const file = new PageFile(path);
    const { main } = file.newestMeta()!;
    file.close();
    if (kind === LEAF) assert.ok(found.includes(main.root!));
    assert.ok(found.length > 0);
  });
}

test('checkTrees() finds a page that is free and in use', async (t) => {
  const path = await dataFile(t);
  const bytes = await readFile(path);
  const file = new PageFile(path);
  const { free, main } = file.newestMeta()!;
  file.close();
  const list = bytes.subarray(free.root! * 4096, (free.root! + 1) * 4096);
  const record = 24 + list.readUInt16LE(24) + 8 + 8; // the first record, behind its head and key
  list.writeBigUInt64LE(BigInt(main.root!), record + 8);
  await writeFile(path, bytes);
  assert.throws(() => checkTrees(path), {
    message: `Page ${main.root} of data.mdb is damaged: it is used twice`,
  });
});

test('checkTrees() finds a table that lacks a record', async (t) => {
  const path = await dataFile(t);
  const bytes = await readFile(path);
  const file = new PageFile(path);
  const { main } = file.newestMeta()!;
  file.close();
  const meta = bytes.readBigUInt64LE(24 + 128) > bytes.readBigUInt64LE(4096 + 24 + 128) ? 0 : 4096;
  bytes.writeBigUInt64LE(BigInt(main.entries + 1), meta + 24 + 72 + 32);
  await writeFile(path, bytes);
  assert.throws(() => checkTrees(path), {
    message: 'data.mdb is damaged: the list of tables has 11 entries, not 12',
  });
});
