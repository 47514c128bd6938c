import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LmdbEnvironment } from './lmdb-environment.js';
import { numberAt, PageFile, treeRootAt } from './page-file.js';
import { TABLES } from './tables.js';

async function dataFile(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(directory, { recursive: true }));
  await LmdbEnvironment.open(directory).close();
  return join(directory, 'data.mdb');
}

test('PageFile reads what LMDB notes of its newest transaction', async (t) => {
  const path = await dataFile(t);
  const file = new PageFile(path);
  t.after(() => file.close());
  const meta = file.newestMeta();
  assert.ok(meta);
  assert.equal(meta.pageBytes, 4096);
  assert.equal(meta.transaction, 1);
  assert.equal(meta.main.entries, TABLES.length);
  assert.equal(meta.main.depth, 1);
  assert.equal(file.size, (await stat(path)).size);
  assert.ok((meta.lastPage + 1) * meta.pageBytes >= file.size);
});

test('PageFile finds no meta page in something else', async (t) => {
  const path = await dataFile(t);
  const bytes = await readFile(path);
  bytes.fill(0, 0, 4096);
  await writeFile(path, bytes);
  const file = new PageFile(path);
  t.after(() => file.close());
  assert.equal(file.newestMeta(), undefined);
});

test('PageFile.read() says whether all of it was there', async (t) => {
  const file = new PageFile(await dataFile(t));
  t.after(() => file.close());
  assert.equal(file.read(Buffer.alloc(100), 0), true);
  assert.equal(file.read(Buffer.alloc(100), file.size - 99), false);
});

test('treeRootAt() reads the root of a tree, and of an empty one', () => {
  const bytes = Buffer.alloc(60);
  bytes.writeUInt16LE(8, 6);
  bytes.writeUInt16LE(3, 8);
  for (const [index, count] of [7, 100, 2, 5000, 42].entries()) {
    bytes.writeBigUInt64LE(BigInt(count), 10 + index * 8);
  }
  const tree = {
    flags: 8,
    depth: 3,
    branchPages: 7,
    leafPages: 100,
    overflowPages: 2,
    entries: 5000,
    root: 42,
  };
  assert.deepEqual(treeRootAt(bytes, 2), tree);
  bytes.writeBigUInt64LE(2n ** 64n - 1n, 42);
  assert.deepEqual(treeRootAt(bytes, 2), { ...tree, root: undefined });
});

test('numberAt() reads numbers above 32 bits', () => {
  const bytes = Buffer.from('ff0100000001000000', 'hex');
  assert.equal(numberAt(bytes, 1), 2 ** 32 + 1);
});
