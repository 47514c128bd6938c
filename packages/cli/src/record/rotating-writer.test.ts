import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { checkRecording } from './read-recording.js';
import { edit, message, messagesIn, partsIn } from './recordings.testing.js';
import { seriesFiles } from './recording-series.js';
import { RotatingWriter, type RotatingOptions, type Rotation } from './rotating-writer.js';

const ANY: Rotation = { bytesMax: Infinity, ageMsMax: Infinity, filesMax: Infinity };

function options(
  rotation: Partial<Rotation>,
  rest: Partial<RotatingOptions> = {},
): RotatingOptions {
  const onKept = (why: string) => assert.fail(why);
  const all = { ...ANY, ...rotation };
  return { compress: false, sync: 'os', append: false, onKept, rotation: all, ...rest };
}

/** Writes a message of so many bytes as a block. */
async function write(writer: RotatingWriter, text: string, bytes = 200): Promise<void> {
  writer.add(message({ text: text.padEnd(bytes) }));
  await writer.write();
}

async function texts(path: string): Promise<string[]> {
  const messages = await messagesIn(path);
  return messages.map(({ payload }) => Buffer.from(payload).toString().trim());
}

async function nameIn(t: TestContext): Promise<string> {
  return join(await freshFolder(t), 'p.rec');
}

test('RotatingWriter begins a new file before one is larger than bytesMax', async (t) => {
  const name = await nameIn(t);
  await using writer = await RotatingWriter.open(name, options({ bytesMax: 600 }));
  for (let n = 0; n < 5; n++) await write(writer, String(n));
  // One that is larger than all has a file for itself.
  await write(writer, 'large', 1000);
  await write(writer, '6');
  const files = await seriesFiles(name);
  const expected = [['0', '1'], ['2', '3'], ['4'], ['large'], ['6']];
  assert.deepEqual(await Promise.all(files.map(texts)), expected);
  for (const path of files.toSpliced(3, 1)) assert.ok((await stat(path)).size <= 600);
  assert.deepEqual([writer.files, writer.path], [5, files[4]]);
});

test('RotatingWriter begins a new file with the first block after ageMsMax', async (t) => {
  const name = await nameIn(t);
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  await using writer = await RotatingWriter.open(name, options({ ageMsMax: 500 }));
  // No file is begun for nothing, nor one without messages left behind.
  for (const [atMs, text] of [
    [2000, '0'],
    [2100, '1'],
    [2500, '2'],
    [9000, '3'],
  ] as const) {
    nowMs = atMs;
    await writer.write();
    await write(writer, text);
  }
  const files = await seriesFiles(name);
  assert.deepEqual(await Promise.all(files.map(texts)), [['0', '1'], ['2'], ['3']]);
});

test('RotatingWriter keeps filesMax files, and all of another name', async (t) => {
  const name = await nameIn(t);
  const others = ['p-20000101T000000Z-000001.txt', 'p-2-20000101T000000Z-000001.rec', 'p.rec'];
  for (const other of others) await writeFile(join(dirname(name), other), '');
  const before = join(dirname(name), 'p-20000101T000000Z-000001.rec');
  await writeFile(before, '');
  await using writer = await RotatingWriter.open(name, options({ bytesMax: 300, filesMax: 2 }));
  assert.deepEqual(await seriesFiles(name), [before, writer.path]);
  for (let n = 0; n < 4; n++) await write(writer, String(n));
  const files = await seriesFiles(name);
  assert.deepEqual(await Promise.all(files.map(texts)), [['2'], ['3']]);
  const all = await readdir(dirname(name));
  assert.deepEqual(all.toSorted(), [...others, ...files.map((path) => basename(path))].toSorted());
});

test('RotatingWriter goes on in the last file, or in a new one', async (t) => {
  const name = await nameIn(t);
  const first = await RotatingWriter.open(name, options({}, { append: true }));
  await write(first, '0');
  await write(first, '1');
  await first[Symbol.asyncDispose]();
  await edit(first.path, (bytes) => bytes.subarray(0, -1));
  const second = await RotatingWriter.open(name, options({}, { append: true }));
  assert.ok(second.cutBytes > 0);
  await write(second, '2');
  await second[Symbol.asyncDispose]();
  await using third = await RotatingWriter.open(name, options({}));
  await write(third, '3');
  const files = await seriesFiles(name);
  assert.deepEqual(await Promise.all(files.map(texts)), [['0', '2'], ['3']]);
});

test('RotatingWriter.open() takes the age of a file from its name', async (t) => {
  const name = await nameIn(t);
  await using made = await RotatingWriter.open(name, options({}));
  await write(made, '0');
  const old = join(dirname(name), 'p-20000101T000000Z-000007.rec');
  await copyFile(made.path, old);
  await made.discard();
  const folder = await freshFolder(t);
  await copyFile(old, join(folder, basename(old)));
  const there = join(folder, 'p.rec');
  const hour = options({ ageMsMax: 3_600_000 }, { append: true });
  await using writer = await RotatingWriter.open(there, hour);
  await write(writer, '1');
  const files = await seriesFiles(there);
  assert.deepEqual(await Promise.all(files.map(texts)), [['0'], ['1']]);
  assert.match(files[1]!, /-000008\.rec$/);
});

/**
 * Goal: whatever ends the process at any moment, each file is a recording, and all that was
 * written is in one of them.
 * Method: before and after each operation on a file the folder is copied, and looked at in the end.
 */
test('RotatingWriter leaves whole recordings at every moment', async (t) => {
  const name = await nameIn(t);
  const copies = await freshFolder(t);
  const taken: { readonly folder: string; readonly written: number }[] = [];
  let written = 0;
  const take = async () => {
    const folder = join(copies, String(taken.length));
    taken.push({ folder, written });
    await cp(dirname(name), folder, { recursive: true });
  };
  await using probe = await open(join(copies, 'probe'), 'w');
  const handle = Object.getPrototypeOf(probe) as typeof probe;
  for (const method of ['write', 'datasync', 'sync', 'truncate'] as const) {
    const original = handle[method] as (...args: unknown[]) => Promise<unknown>;
    t.mock.method(handle, method, async function (this: unknown, ...args: unknown[]) {
      await take();
      const result = await original.apply(this, args);
      await take();
      return result;
    });
  }
  const rotation = { bytesMax: 300, filesMax: 3 };
  const writer = await RotatingWriter.open(name, options(rotation, { sync: 'always' }));
  for (; written < 6; written++) await write(writer, String(written));
  await writer[Symbol.asyncDispose]();
  t.mock.restoreAll();
  assert.ok(taken.length > 60, String(taken.length));
  for (const { folder, written: count } of taken) {
    const files = await seriesFiles(join(folder, 'p.rec'));
    for (const path of files) await checkRecording(path);
    const found = (await Promise.all(files.map(texts))).flat().map(Number);
    const first = found[0] ?? 0;
    assert.deepEqual(
      found,
      Array.from({ length: found.length }, (_, n) => first + n),
    );
    assert.ok(found.length >= Math.min(count, 2) && (found.at(-1) ?? -1) >= count - 1, folder);
  }
});

test('RotatingWriter ends when a new file cannot be made, with all that is whole', async (t) => {
  const name = await nameIn(t);
  await using writer = await RotatingWriter.open(name, options({ bytesMax: 300 }));
  await write(writer, '0');
  // Where the next one is made.
  await mkdir(`${name}.part`);
  await assert.rejects(write(writer, '1'), {
    name: 'CommandFailure',
    message: `Recording to ${name} ends: it cannot be written (EISDIR)`,
  });
  assert.deepEqual(await texts(writer.path), ['0']);
  assert.ok((await partsIn(writer.path)).every(({ type }) => type === 'block'));
});

test('RotatingWriter leaves nothing half-written where the disk is full', async (t) => {
  const name = await nameIn(t);
  await using writer = await RotatingWriter.open(name, options({ bytesMax: 300 }));
  await write(writer, '0');
  await using probe = await open(writer.path);
  const handle = Object.getPrototypeOf(probe) as typeof probe;
  const full = t.mock.method(handle, 'write', async () => {
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  const message = /^Recording to \S+-000002\.rec ends: the disk is full \(ENOSPC\)$/;
  await assert.rejects(write(writer, '1'), { name: 'CommandFailure', message });
  full.mock.restore();
  assert.deepEqual(await readdir(dirname(name)), [basename(writer.path)]);
  assert.deepEqual(await texts(writer.path), ['0']);
});

test('RotatingWriter does not write over a file of another recorder', async (t) => {
  const name = await nameIn(t);
  t.mock.method(Date, 'now', () => Date.UTC(2026, 0, 1));
  await using writer = await RotatingWriter.open(name, options({ bytesMax: 300 }));
  await write(writer, '0');
  const theirs = join(dirname(name), 'p-20260101T000000Z-000002.rec');
  await writeFile(theirs, 'theirs');
  const message = `${theirs} is there: who else writes it?`;
  await assert.rejects(write(writer, '1'), { name: 'CommandFailure', message });
  assert.equal(await readFile(theirs, 'utf8'), 'theirs');
  assert.deepEqual(await readdir(dirname(name)), [basename(writer.path), basename(theirs)]);
});

test('RotatingWriter.open() refuses a folder that is not there', async (t) => {
  const name = join(await freshFolder(t), 'none', 'p.rec');
  const message = `${name} cannot be opened for writing (ENOENT)`;
  await assert.rejects(RotatingWriter.open(name, options({})), { name: 'UsageError', message });
});
