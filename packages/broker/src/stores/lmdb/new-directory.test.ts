import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { NewDirectory } from './new-directory.js';

test('NewDirectory appears under its name when it is complete', async (t) => {
  const folder = await freshFolder(t);
  const target = join(folder, 'a', 'backup');
  const directory = await NewDirectory.begin(target);
  await writeFile(join(directory.path, 'data.mdb'), 'all');
  await writeFile(join(directory.path, 'lock.mdb'), '');
  assert.match(String(await readdir(join(folder, 'a'))), /^backup\.unfinished-[0-9a-f]{8}$/);
  await directory.complete();
  assert.deepEqual(await readdir(join(folder, 'a')), ['backup']);
  assert.deepEqual((await readdir(target)).toSorted(), ['data.mdb', 'magpie-store']);
  assert.equal((await stat(target)).mode & 0o777, 0o700);
});

test('NewDirectory takes the place of an empty directory', async (t) => {
  const target = await freshFolder(t);
  const directory = await NewDirectory.begin(target);
  await writeFile(join(directory.path, 'data.mdb'), 'all');
  assert.deepEqual(await readdir(target), []);
  await directory.complete();
  assert.deepEqual((await readdir(target)).toSorted(), ['data.mdb', 'magpie-store']);
});

test('NewDirectory leaves nothing when it is discarded', async (t) => {
  const folder = await freshFolder(t);
  await (await NewDirectory.begin(join(folder, 'backup'))).discard();
  assert.deepEqual(await readdir(folder), []);
});

test('NewDirectory takes the place of nothing else', async (t) => {
  const folder = await freshFolder(t);
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'full'));
  await writeFile(join(folder, 'full', 'data.mdb'), '');
  await assert.rejects(NewDirectory.begin(join(folder, 'file')), {
    message: `There is something at ${join(folder, 'file')} that is no directory`,
  });
  await assert.rejects(NewDirectory.begin(join(folder, 'full')), {
    message: /full is not empty: name one that is not there yet, or an empty one$/,
  });
  await assert.rejects(NewDirectory.begin(join(folder, 'file', 'below')), {
    message: /^(Cannot make the directory|There is something at) .+file/,
  });
});
