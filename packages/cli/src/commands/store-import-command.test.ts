import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkStore } from '@magpie/broker/server';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

const LINES = [
  '{"magpie":"store","version":1}',
  '{"type":"session","clientId":"c","nextSequence":0}',
  '{"type":"end","lines":3}',
];

test('magpie store import makes a data directory, once', async (t) => {
  const folder = await freshFolder(t);
  const [file, dir] = [join(folder, 'data.jsonl'), join(folder, 'data')];
  await writeFile(file, LINES.join('\n'));
  const args = ['store', 'import', file, '--data-dir', dir];
  assert.deepEqual(await runInProcess(args), {
    code: 0,
    out: [`${dir} holds what 3 lines of ${file} say`],
    err: [],
  });
  assert.equal((await checkStore(dir)).sessions, 1);
  const again = await runInProcess(args);
  assert.deepEqual([again.code, again.out, again.err.length], [1, [], 1]);
  assert.match(again.err[0]!, /is not empty: name one that is not there yet, or an empty one$/);
});

test('magpie store import makes nothing of a broken file', async (t) => {
  const folder = await freshFolder(t);
  const [file, dir] = [join(folder, 'data.jsonl'), join(folder, 'data')];
  await writeFile(file, LINES.slice(0, 2).join('\n'));
  const args = ['store', 'import', file, '--data-dir', dir];
  assert.deepEqual(await runInProcess(args), {
    code: 1,
    out: [],
    err: [`Cannot import ${file}: The export is not whole: it ends behind line 2`],
  });
  assert.deepEqual(await readdir(folder), ['data.jsonl']);
});

test('magpie store import says that there is no file, and wants a directory', async (t) => {
  const dir = join(await freshFolder(t), 'data');
  const gone = await runInProcess(['store', 'import', '/no/file', '--data-dir', dir]);
  assert.deepEqual([gone.code, gone.err.length], [1, 1]);
  assert.match(gone.err[0]!, /^Cannot import \/no\/file: ENOENT/);
  const bare = await runInProcess(['store', 'import', '/no/file']);
  assert.deepEqual(
    [bare.code, bare.err],
    [2, ["Required option '--data-dir <DIR>' not specified"]],
  );
});
