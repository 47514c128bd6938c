import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { TABLES, type TableName } from '../tables.js';
import type { Finding } from './finding.js';
import { makeSampleStore, QUEUED } from './sample-store.testing.js';
import { StoreFile } from './store-file.js';

const PAGE = 4096;
const BRANCH = 1;

async function sample(t: TestContext): Promise<string> {
  const folder = await freshFolder(t);
  await makeSampleStore(folder);
  return join(folder, 'data.mdb');
}

/** How many records of each table can be read, and what is found. */
async function read(t: TestContext, path: string) {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => void findings.push(finding);
  const file = await StoreFile.open(path, onFinding, new AbortController().signal);
  t.after(() => file.close());
  const counts = new Map<TableName, number>();
  for (const table of TABLES) counts.set(table, [...file.records(table)].length);
  return { counts, findings, pages: file.counts };
}

const ALL = {
  meta: 2,
  sessions: 3,
  progress: 1,
  subscriptions: 3,
  received: 2,
  released: 1,
  messages: QUEUED + 1,
  retained: 3,
  left: 1,
  replays: 1,
  wills: 2,
};

test('StoreFile reads every record of every table, and knows every page', async (t) => {
  const { counts, findings, pages } = await read(t, await sample(t));
  assert.deepEqual(findings, []);
  assert.deepEqual({ ...Object.fromEntries(counts), meta: 2 }, ALL);
  assert.ok(pages.free > 0);
  assert.equal(pages.lost, 0);
  assert.equal(pages.pages * pages.pageBytes, pages.fileBytes);
});

test('StoreFile finds the records of a tree whose branch page is damaged', async (t) => {
  const path = await sample(t);
  const good = await readFile(path);
  let found = false;
  for (let page = 2; page * PAGE < good.length; page++) {
    if (good.readUInt16LE(page * PAGE + 18) !== BRANCH) continue;
    const bytes = Buffer.from(good);
    bytes[page * PAGE + 22]! ^= 0xff;
    await writeFile(path, bytes);
    const { counts, findings, pages } = await read(t, path);
    if (findings.length === 0) continue; // a free page
    found = true;
    assert.deepEqual({ ...Object.fromEntries(counts), meta: 2 }, ALL);
    assert.ok(pages.lost > 10);
  }
  assert.ok(found);
});

test('StoreFile finds all records if the list of tables is damaged', async (t) => {
  const path = await sample(t);
  const bytes = await readFile(path);
  const metaOf = (page: number) => page * PAGE + 24;
  const transaction = (page: number) => bytes.readBigUInt64LE(metaOf(page) + 128);
  const main = Number(
    bytes.readBigUInt64LE(metaOf(transaction(1) > transaction(0) ? 1 : 0) + 72 + 40),
  );
  bytes[main * PAGE]! ^= 1;
  await writeFile(path, bytes);
  const { counts, findings } = await read(t, path);
  assert.deepEqual(
    findings.map(({ page, how }) => [page, how]),
    [[main, 'it is another one']],
  );
  assert.deepEqual({ ...Object.fromEntries(counts), meta: 2 }, ALL);
});

test('StoreFile says that there is no file, or none of a store', async (t) => {
  const folder = await freshFolder(t);
  const open = (name: string) =>
    StoreFile.open(join(folder, name), ({ how }) => assert.fail(how), new AbortController().signal);
  await assert.rejects(open('no.mdb'), { code: 'ENOENT' });
  await writeFile(join(folder, 'text'), 'hello'.repeat(5000));
  await assert.rejects(open('text'), /text is no file of Magpie's, or its beginning is lost$/);
});
