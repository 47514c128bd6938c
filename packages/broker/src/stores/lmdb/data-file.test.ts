import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fillUp, lookAtDataFile } from './data-file.js';
import { LmdbEnvironment } from './lmdb-environment.js';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** The file of an LMDB environment that LMDB has made. */
async function dataFile(t: TestContext): Promise<string> {
  const directory = await folder(t);
  await LmdbEnvironment.open(directory).close();
  return join(directory, 'data.mdb');
}

test('lookAtDataFile() leaves a good file as it is', async (t) => {
  const file = await dataFile(t);
  const before = await readFile(file);
  assert.equal(await lookAtDataFile(file), true);
  assert.ok(before.equals(await readFile(file)));
});

test('lookAtDataFile() says that there is nothing', async (t) => {
  const file = join(await folder(t), 'data.mdb');
  assert.equal(await lookAtDataFile(file), false);
  await writeFile(file, '');
  assert.equal(await lookAtDataFile(file), false);
});

test('fillUp() makes up what was cut, and nothing else', async (t) => {
  const file = await dataFile(t);
  const bytes = await readFile(file);
  await truncate(file, bytes.length - 5000);
  assert.equal(await lookAtDataFile(file), true);
  assert.equal((await stat(file)).size, bytes.length - 5000);
  fillUp(file);
  assert.equal((await stat(file)).size, bytes.length);
  fillUp(file);
  assert.equal((await stat(file)).size, bytes.length);
});

/** A byte at a place of a good file. */
const damages: readonly (readonly [name: string, at: number])[] = [
  ['the mark of the first page', 24],
  ['the version of the first page', 28],
  ['the size of pages', 49],
  ['the mark of the second page', 4096 + 24],
  ['the version of the second page', 4096 + 28],
  ['the number of the last page', 4096 + 150],
];
for (const [name, at] of damages) {
  test(`lookAtDataFile() refuses a file in which ${name} is damaged`, async (t) => {
    const file = await dataFile(t);
    const bytes = await readFile(file);
    bytes[at] = 0xff;
    await writeFile(file, bytes);
    await assert.rejects(lookAtDataFile(file), { name: 'Damage', message: /^Page [01] of data/ });
  });
}

const foreign: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['a short text', Buffer.from('not a database')],
  ['a long text', Buffer.alloc(100_000, 'x')],
  ['zeros', Buffer.alloc(8192)],
];
for (const [name, bytes] of foreign) {
  test(`lookAtDataFile() refuses ${name}, and leaves it as it is`, async (t) => {
    const file = join(await folder(t), 'data.mdb');
    await writeFile(file, bytes);
    await assert.rejects(lookAtDataFile(file), {
      name: 'Error',
      message: /is no file of Magpie's, or its beginning is lost: put it back/,
    });
    assert.ok(bytes.equals(await readFile(file)));
  });
}
