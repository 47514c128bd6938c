import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DataDirectory } from './data-directory.js';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test('DataDirectory.open() makes the directory, for nobody else', async (t) => {
  const path = join(await folder(t), 'a', 'b');
  const directory = await DataDirectory.open(path);
  assert.equal(directory.path, path);
  assert.equal(await modeOf(path), '700');
  await directory.close();
});

test('DataDirectory.open() leaves the mode of a directory that is there', async (t) => {
  const path = await folder(t);
  await chmod(path, 0o750);
  await (await DataDirectory.open(path)).close();
  assert.equal(await modeOf(path), '750');
});

test('DataDirectory is given to one at a time', async (t) => {
  const path = await folder(t);
  const first = await DataDirectory.open(path);
  await assert.rejects(DataDirectory.open(path), {
    message: new RegExp(`^The data directory ${path} is in use by another process .+: stop that`),
  });
  await first.close();
  await (await DataDirectory.open(path)).close();
});

test('DataDirectory leaves nothing behind that it does not need', async (t) => {
  const path = await folder(t);
  const directory = await DataDirectory.open(path);
  await directory.markAsStore();
  await directory.close();
  assert.deepEqual((await readdir(path)).toSorted(), ['lock.mdb', 'magpie-store']);
});

test('DataDirectory.open() removes a compaction that its process did not end', async (t) => {
  const path = await folder(t);
  await mkdir(join(path, 'compacting'));
  await writeFile(join(path, 'compacting', 'data.mdb'), 'half');
  await (await DataDirectory.open(path)).close();
  assert.deepEqual(await readdir(path), ['beginning', 'lock.mdb']);
});

for (const [name, content] of [
  ['in parts', Buffer.concat([Buffer.alloc(4096, 1), Buffer.alloc(4096)])],
  ['as zeros', Buffer.alloc(12_288)],
  ['not', undefined],
] as const) {
  test(`DataDirectory.open() begins again where a first start left data.mdb ${name}`, async (t) => {
    const path = await folder(t);
    await (await DataDirectory.open(path)).close();
    if (content !== undefined) await writeFile(join(path, 'data.mdb'), content);
    await (await DataDirectory.open(path)).close();
    assert.deepEqual(await readdir(path), ['beginning', 'lock.mdb']);
  });
}

test('DataDirectory.open() never removes what is more than a first start leaves', async (t) => {
  const path = await folder(t);
  await (await DataDirectory.open(path)).close();
  await writeFile(join(path, 'data.mdb'), Buffer.alloc(200_000, 1));
  await assert.rejects(DataDirectory.open(path), { message: /is no file of Magpie's/ });
  assert.equal((await stat(join(path, 'data.mdb'))).size, 200_000);
});

test('DataDirectory.open() never removes the file of a store that was there', async (t) => {
  const path = await folder(t);
  const directory = await DataDirectory.open(path);
  await directory.markAsStore();
  await directory.close();
  await writeFile(join(path, 'beginning'), '');
  await writeFile(join(path, 'data.mdb'), Buffer.alloc(12_288));
  await assert.rejects(DataDirectory.open(path), { message: /is no file of Magpie's/ });
  assert.equal((await stat(join(path, 'data.mdb'))).size, 12_288);
});

test('DataDirectory.open() misses the file of a store that was there', async (t) => {
  const path = await folder(t);
  const directory = await DataDirectory.open(path);
  await directory.markAsStore();
  await directory.markAsStore();
  await directory.close();
  await assert.rejects(DataDirectory.open(path), {
    message:
      `The data directory ${path} has lost its file data.mdb: put it back from a backup, or `
      + 'remove the directory to begin with nothing',
  });
});

const refused: readonly {
  readonly name: string;
  /** Above the directory, if it is not the folder of the test. */
  readonly place?: (folder: string) => string;
  readonly prepare: (path: string) => Promise<void>;
  readonly problem: RegExp;
}[] = [
  {
    name: 'a file in place of the directory',
    prepare: (path) => writeFile(path, ''),
    problem: /^Cannot use the data directory .+: EEXIST: /,
  },
  {
    name: 'a directory below a file',
    place: (path) => join(path, 'file'),
    prepare: async (path) => {
      await writeFile(join(path, '..', 'file'), '');
    },
    problem: /^Cannot use the data directory .+: ENOTDIR: /,
  },
  {
    name: 'a file system without new directories',
    place: () => '/proc/nosuch',
    prepare: async () => {},
    problem: /^Cannot use the data directory \/proc\/nosuch\/x: ENOENT: /,
  },
  {
    name: 'a directory in place of lock.mdb',
    prepare: async (path) => {
      await mkdir(join(path, 'lock.mdb'), { recursive: true });
    },
    problem: /^Cannot use the data directory .+: EISDIR: /,
  },
  {
    name: 'a data.mdb that is something else',
    prepare: async (path) => {
      await mkdir(path);
      await writeFile(join(path, 'data.mdb'), 'something else');
    },
    problem: /data\.mdb is no file of Magpie's, or its beginning is lost: /,
  },
];
for (const { name, place, prepare, problem } of refused) {
  test(`DataDirectory.open() refuses ${name} in one line, again and again`, async (t) => {
    const parent = await folder(t);
    const path = join(place?.(parent) ?? parent, 'x');
    await prepare(join(parent, 'x'));
    for (let time = 0; time < 2; time++) {
      await assert.rejects(DataDirectory.open(path), { message: problem });
    }
  });
}
