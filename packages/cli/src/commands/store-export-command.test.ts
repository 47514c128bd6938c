import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createBroker } from '@magpie/broker';
import { LmdbStore } from '@magpie/broker/server';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { runMagpie, startMagpie } from '../process.testing.js';

/** A directory with so many retained messages of 1,000 bytes. */
async function directoryWith(t: TestContext, messages: number): Promise<string> {
  const dir = join(await freshFolder(t), 'data');
  await using broker = await createBroker({ store: await LmdbStore.open(dir) });
  const payload = new Uint8Array(1000);
  for (let number = 1; number < messages; number++) {
    void broker.publish({ topic: `t/${number}`, payload, retain: true });
  }
  await broker.publish({ topic: 't', payload, retain: true });
  return dir;
}

test('magpie store export writes to stdout, or to a file that was not there', async (t) => {
  const dir = await directoryWith(t, 3);
  const { code, out, err } = await runInProcess(['store', 'export', dir]);
  assert.deepEqual([code, err], [0, []]);
  const file = join(dir, '..', 'data.jsonl');
  const toFile = await runInProcess(['store', 'export', dir, '--out', file]);
  assert.deepEqual(toFile.out, [`${file} has ${out.length} lines`]);
  assert.equal(await readFile(file, 'utf8'), `${out.join('\n')}\n`);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const again = await runInProcess(['store', 'export', dir, '--out', file]);
  assert.deepEqual(again, {
    code: 1,
    out: [],
    err: [`Cannot write ${file}: it is there already`],
  });
});

test('magpie store export leaves no file behind that is not whole', async (t) => {
  const dir = await directoryWith(t, 1);
  await writeFile(join(dir, 'data.mdb'), 'hello');
  const file = join(dir, '..', 'data.jsonl');
  const { code, err } = await runInProcess(['store', 'export', dir, '--out', file]);
  assert.deepEqual([code, err.length], [1, 1]);
  await assert.rejects(stat(file), { code: 'ENOENT' });
});

test('magpie store export writes all of a store to a pipe', async (t) => {
  const dir = await directoryWith(t, 2000);
  const { code, stdout, stderr } = await runMagpie(['store', 'export', dir]);
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.at(-1), `{"type":"end","lines":${lines.length}}`);
  assert.ok(lines.length > 2000);
});

test('magpie store export ends when nobody reads it any more', async (t) => {
  const dir = await directoryWith(t, 2000);
  const { child } = startMagpie(t, ['store', 'export', dir]);
  child.stdout?.destroy();
  await once(child, 'exit');
  assert.equal(child.exitCode, 1);
});
