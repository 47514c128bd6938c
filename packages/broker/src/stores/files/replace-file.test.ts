import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
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
  await replaceFile(path, 'x', { mode: 0o664 });
  assert.equal((await stat(path)).mode & 0o777, 0o664);
});

test('replaceFile() leaves nothing where it cannot give the name', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-replace-'));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, 'a');
  await mkdir(join(path, 'b'), { recursive: true }); // no file can take its place
  const unfinished = `${path}.mine`;
  await assert.rejects(replaceFile(path, 'x', { unfinished }), { code: /EISDIR|ENOTEMPTY|EPERM/ });
  assert.deepEqual(await readdir(dir), ['a']);
});

test('replaceFile() follows no link that somebody has put in its way', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-replace-'));
  t.after(() => rm(dir, { recursive: true }));
  const [path, other] = [join(dir, 'a'), join(dir, 'other')];
  await writeFile(other, 'theirs');
  await symlink(other, `${path}.unfinished`);
  await replaceFile(path, 'ours');
  assert.deepEqual(
    [await readFile(path, 'utf8'), await readFile(other, 'utf8')],
    ['ours', 'theirs'],
  );
});

test('replaceFile() says what the system says where it cannot write', async () => {
  await assert.rejects(replaceFile(join(tmpdir(), 'magpie-no-such-folder', 'a'), 'x'), {
    code: 'ENOENT',
  });
});
