import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from './replace-file.js';

test('replaceFile() makes and replaces a file that its owner alone can read', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-replace-'));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, 'a.json');
  await replaceFile(path, 'one, and longer');
  await replaceFile(path, 'two');
  assert.equal(await readFile(path, 'utf8'), 'two');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dir), ['a.json']);
});

test('replaceFile() lets others read it where it is told to', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-replace-'));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, 'a');
  await replaceFile(path, 'x', 0o664);
  assert.equal((await stat(path)).mode & 0o777, 0o664);
});

test('replaceFile() says what the system says where it cannot write', async () => {
  await assert.rejects(replaceFile(join(tmpdir(), 'magpie-no-such-folder', 'a'), 'x'), {
    code: 'ENOENT',
  });
});
