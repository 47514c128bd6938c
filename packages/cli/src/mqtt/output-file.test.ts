import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { OutputFile } from './output-file.js';

const NEW = { append: false, overwrite: false };

async function pathOf(t: TestContext): Promise<string> {
  return join(await freshFolder(t), 'out');
}

test('OutputFile has the messages in order, byte for byte', async (t) => {
  const path = await pathOf(t);
  const messages = Array.from({ length: 500 }, (_, n) => Buffer.alloc((n * 37) % 3000, n));
  {
    await using file = await OutputFile.open(path, NEW);
    for (const message of messages) void file.add(message);
    await file.finish();
  }
  assert.deepEqual(await readFile(path), Buffer.concat(messages));
});

test('OutputFile: a message is written when its promise says so', async (t) => {
  const path = await pathOf(t);
  await using file = await OutputFile.open(path, NEW);
  await file.add(Buffer.from('one'));
  assert.equal(await readFile(path, 'utf8'), 'one');
  assert.equal(file.isFull, false);
  const large = file.add(Buffer.alloc(1024 * 1024));
  assert.equal(file.isFull, true);
  await large;
  assert.equal(file.isFull, false);
});

test('OutputFile goes on, overwrites, or leaves alone what is there', async (t) => {
  const path = await pathOf(t);
  await writeFile(path, 'old ');
  await assert.rejects(OutputFile.open(path, NEW), {
    name: 'UsageError',
    message: `${path} is there already: give --append, --force or another name`,
  });
  assert.equal(await readFile(path, 'utf8'), 'old ');
  for (const [options, text] of [
    [{ append: true, overwrite: false }, 'old new'],
    [{ append: false, overwrite: true }, 'new'],
  ] as const) {
    await using file = await OutputFile.open(path, options);
    await file.add(Buffer.from('new'));
    assert.equal(await readFile(path, 'utf8'), text);
  }
});

test('OutputFile says in one line that a file cannot be opened', async () => {
  await assert.rejects(OutputFile.open('/nowhere/file', NEW), {
    name: 'UsageError',
    message: '--output cannot be opened for writing: /nowhere/file (ENOENT)',
  });
});

test('OutputFile says that the disk is full, and does not go on', async () => {
  await using file = await OutputFile.open('/dev/full', NEW);
  const failure = {
    name: 'CommandFailure',
    message: 'Writing to /dev/full ends: the disk is full (ENOSPC)',
  };
  await assert.rejects(file.add(Buffer.from('x')), failure);
  await assert.rejects(file.add(Buffer.from('y')), failure);
  await assert.rejects(file.finish(), failure);
});

test('OutputFile that has nothing can be taken away, one that was there cannot', async (t) => {
  const path = await pathOf(t);
  {
    await using file = await OutputFile.open(path, NEW);
    await file.discard();
  }
  await assert.rejects(stat(path), { code: 'ENOENT' });
  await writeFile(path, '');
  {
    await using file = await OutputFile.open(path, { append: true, overwrite: false });
    await file.discard();
  }
  assert.equal((await stat(path)).size, 0);
});
