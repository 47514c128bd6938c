import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey, numberOfKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { BRANCH, LEAF, OVERFLOW, PageFile } from './page-file.js';
import { type PageDamage, TreeWalk } from './tree-walk.js';
import { WriteBatch } from './write-batch.js';

const PAGE = 4096;

/** A file with 500 messages, some of them large, of which the first 200 were removed. */
async function dataFile(t: TestContext): Promise<string> {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  const put = new WriteBatch();
  for (let number = 0; number < 500; number++) {
    const size = number % 50 === 0 ? 10_000 : 200;
    put.put('messages', numberKey(number), Buffer.alloc(size, number % 256));
  }
  await environment.write([put.take()]);
  const remove = new WriteBatch();
  remove.removeRange('messages', numberKey(0), numberKey(200));
  await environment.write([remove.take()]);
  await environment.close();
  return environment.file;
}

/** Walks through all of a file. */
function walk(t: TestContext, path: string) {
  const file = new PageFile(path);
  t.after(() => file.close());
  const damages: PageDamage[] = [];
  const walk = new TreeWalk(file, file.newestMeta()!, (damage) => damages.push(damage));
  const keys: number[] = [];
  for (const [name, root] of walk.tables()) {
    for (const leaf of walk.leaves(`table ${name}`, root)) {
      for (const { key } of walk.records(leaf))
        if (name === 'messages') keys.push(numberOfKey(key));
    }
  }
  walk.markFree();
  const lost: number[] = [];
  const others = new TreeWalk(file, file.newestMeta()!, ({ how }) => assert.fail(how));
  for (const page of walk.lostPages()) {
    const leaf = others.leaf(page);
    if (leaf === undefined) continue;
    for (const { key } of others.records(leaf)) lost.push(numberOfKey(key));
  }
  return { damages, keys, lost, free: walk.countFree() };
}

/** A page of a kind that the newest transaction uses. */
async function pageOf(t: TestContext, path: string, kind: number): Promise<number> {
  const good = await readFile(path);
  for (let page = 2; page * PAGE < good.length; page++) {
    if (good.readUInt16LE(page * PAGE + 18) !== kind) continue;
    const bytes = Buffer.from(good);
    bytes[page * PAGE + 18] = 0xee;
    await writeFile(path, bytes);
    const { damages } = walk(t, path);
    await writeFile(path, good);
    if (damages[0]?.tree === 'table messages') return page;
  }
  return assert.fail('no such page');
}

const KEYS = Array.from({ length: 300 }, (_, index) => index + 200);

test('TreeWalk finds every record of a good file, in order, and knows every page', async (t) => {
  const { damages, keys, free, lost } = walk(t, await dataFile(t));
  assert.deepEqual(damages, []);
  assert.deepEqual(keys, KEYS);
  assert.ok(free > 0);
  assert.deepEqual(lost, []);
});

test('TreeWalk reads values, those on pages of their own too', async (t) => {
  const file = new PageFile(await dataFile(t));
  t.after(() => file.close());
  const walk = new TreeWalk(file, file.newestMeta()!, (damage) => assert.fail(damage.how));
  for (const leaf of walk.leaves('messages', walk.tables().get('messages')!)) {
    for (const { key, value } of walk.records(leaf)) {
      const number = numberOfKey(key);
      const size = number % 50 === 0 ? 10_000 : 200;
      assert.deepEqual(value.subarray(0, -4), Buffer.alloc(size, number % 256));
    }
  }
});

test('TreeWalk goes around a leaf page that is damaged', async (t) => {
  const path = await dataFile(t);
  const page = await pageOf(t, path, LEAF);
  const bytes = await readFile(path);
  bytes[page * PAGE + 20]! ^= 1; // odd bounds
  await writeFile(path, bytes);
  const { damages, keys } = walk(t, path);
  assert.deepEqual(
    damages.map(({ page, how }) => ({ page, how })),
    [{ page, how: 'its bounds are wrong' }],
  );
  assert.ok(keys.length < KEYS.length && keys.length > KEYS.length - 40, `${keys.length}`);
});

test('TreeWalk finds the leaf pages below a branch page that is damaged', async (t) => {
  const path = await dataFile(t);
  const page = await pageOf(t, path, BRANCH);
  const bytes = await readFile(path);
  bytes[page * PAGE]! ^= 1;
  await writeFile(path, bytes);
  const { damages, keys, lost } = walk(t, path);
  assert.deepEqual(damages, [{ page, tree: 'table messages', how: 'it is another one' }]);
  assert.deepEqual(keys, []);
  assert.deepEqual(
    lost.toSorted((one, other) => one - other),
    KEYS,
  );
});

test('TreeWalk leaves out a record whose value is damaged, and no other', async (t) => {
  const path = await dataFile(t);
  const page = await pageOf(t, path, OVERFLOW);
  const bytes = await readFile(path);
  bytes[page * PAGE + 20]! ^= 1;
  await writeFile(path, bytes);
  const { damages, keys } = walk(t, path);
  assert.deepEqual(damages, [{ page, tree: 'table messages', how: 'its size is wrong' }]);
  assert.equal(keys.length, KEYS.length - 1);
});

test('TreeWalk notices a branch page that leads to the wrong places', async (t) => {
  const path = await dataFile(t);
  const page = await pageOf(t, path, BRANCH);
  const bytes = await readFile(path);
  const second = page * PAGE + 24 + bytes.readUInt16LE(page * PAGE + 26); // its second record
  assert.equal(bytes.readUInt16LE(second + 6), 8);
  bytes[second + 8 + 6] = 0xff; // its key is higher than all others now
  await writeFile(path, bytes);
  const { damages, keys, lost } = walk(t, path);
  assert.deepEqual(
    damages.map(({ how }) => how),
    ['its records are in the wrong place'],
  );
  assert.deepEqual(
    [...keys, ...lost].toSorted((one, other) => one - other),
    KEYS,
  );
});

test('TreeWalk notices a page of a transaction that has not been', async (t) => {
  const path = await dataFile(t);
  const page = await pageOf(t, path, LEAF);
  const bytes = await readFile(path);
  bytes[page * PAGE + 15] = 0x10;
  await writeFile(path, bytes);
  assert.equal(walk(t, path).damages[0]?.how, 'it is from a transaction that has not been');
});

test('TreeWalk notices a table of another kind', async (t) => {
  const path = await dataFile(t);
  const bytes = await readFile(path);
  const meta = bytes.readBigUInt64LE(24 + 128) > bytes.readBigUInt64LE(PAGE + 24 + 128) ? 0 : PAGE;
  bytes[meta + 24 + 72 + 4] = 4;
  await writeFile(path, bytes);
  assert.equal(walk(t, path).damages[0]?.how, 'the list of tables is of the kind 4');
});
