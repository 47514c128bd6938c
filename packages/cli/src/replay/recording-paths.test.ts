import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { recordingPaths } from './recording-paths.js';

const FILES = [
  'b.rec',
  'a-20260131T080509Z-000001.rec',
  'a-20260131T080509Z-000002.rec',
  'a-20260131T080509Z-1000000.rec',
  'c+1.rec',
  'c.rec',
  'c-20260131T080509Z-000001.rec',
  'notes.txt',
  '.hidden.rec',
  'a.rec.part',
];
const A = FILES.slice(1, 4);

const cases: [names: string[], paths: string[]][] = [
  [['b.rec'], ['b.rec']],
  [
    ['notes.txt', 'b.rec', 'b.rec'],
    ['notes.txt', 'b.rec', 'b.rec'],
  ],
  [['a.rec'], A],
  [['c.rec'], ['c.rec']],
  [['a-*.rec'], A],
  [
    ['?.rec', 'c+*'],
    ['b.rec', 'c.rec', 'c+1.rec'],
  ],
  [['.h*'], ['.hidden.rec']],
];
for (const [names, paths] of cases) {
  test(`recordingPaths() of ${names.join(' ')} are ${paths.join(' ')}`, async (t) => {
    const folder = await freshFolder(t);
    for (const name of FILES) await writeFile(join(folder, name), '');
    const found = await recordingPaths(names.map((name) => join(folder, name)));
    assert.deepEqual(
      found,
      paths.map((path) => join(folder, path)),
    );
  });
}

test('recordingPaths() of a folder are its files that end with .rec, in order', async (t) => {
  const folder = await freshFolder(t);
  for (const name of FILES) await writeFile(join(folder, name), '');
  await mkdir(join(folder, 'd.rec'));
  const found = await recordingPaths([folder]);
  const names = ['.hidden.rec', ...A, 'b.rec', 'c+1.rec', 'c.rec', FILES[6]!];
  assert.deepEqual(
    found,
    names.map((name) => join(folder, name)),
  );
});

const refused: [name: string, message: RegExp][] = [
  ['none.rec', /none\.rec cannot be read: ENOENT$/],
  ['x*.rec', /^No file matches \S+x\*\.rec$/],
  ['none/*.rec', /none cannot be read: ENOENT$/],
  ['', /has no file that ends with \.rec$/],
];
for (const [name, message] of refused) {
  test(`recordingPaths() refuses '${name}' where nothing is`, async (t) => {
    const path = join(await freshFolder(t), name);
    await assert.rejects(recordingPaths([path]), { name: 'UsageError', message });
  });
}
