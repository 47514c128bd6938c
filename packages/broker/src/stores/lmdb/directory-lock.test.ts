import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryLock } from './directory-lock.js';
import { freshFolder } from './fresh-folder.testing.js';

const IN_USE = /is in use by another process \(\d+ on .+\): stop that one/;

test('DirectoryLock.acquire() gives a directory to one at a time', async (t) => {
  const folder = await freshFolder(t);
  const lock = await DirectoryLock.acquire(folder);
  await assert.rejects(DirectoryLock.acquire(folder), IN_USE);
  await lock.release();
  const next = await DirectoryLock.acquire(folder);
  await next.release();
  assert.deepEqual(await readdir(folder), []);
});

test('DirectoryLock.acquire() lets at most one of many win', async (t) => {
  const folder = await freshFolder(t);
  const tries = Array.from({ length: 8 }, () => DirectoryLock.acquire(folder));
  const results = await Promise.allSettled(tries);
  const won = results.filter((result) => result.status === 'fulfilled');
  assert.ok(won.length <= 1);
  for (const { value } of won) await value.release();
});

test('DirectoryLock.acquire() takes a path that is too long for a socket', async (t) => {
  const folder = join(await freshFolder(t), 'x'.repeat(200));
  await mkdir(folder);
  const lock = await DirectoryLock.acquire(folder);
  await assert.rejects(DirectoryLock.acquire(folder), IN_USE);
  await lock.release();
});

test('DirectoryLock ends with its process, however that ends', async (t) => {
  const folder = await freshFolder(t);
  const module = new URL('./directory-lock.js', import.meta.url).href;
  const script = `
    import { DirectoryLock } from ${JSON.stringify(module)};
    await DirectoryLock.acquire(${JSON.stringify(folder)});
    console.log('owner');
    process.stdin.resume();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await assert.rejects(DirectoryLock.acquire(folder), IN_USE);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await DirectoryLock.acquire(folder);
  await lock.release();
});
