import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FileLock } from './file-lock.js';

const folder = await mkdtemp(join(tmpdir(), 'magpie-lock-'));
after(() => rm(folder, { recursive: true }));

const MODULE = new URL('file-lock.js', import.meta.url).href;

for (const [what, path] of [
  ['a file', join(folder, 'outbox')],
  ['a file with a long path', join(folder, 'x'.repeat(150))],
] as const) {
  test(`FileLock of ${what} is of one at a time`, async () => {
    const lock = await FileLock.acquire(path);
    await assert.rejects(FileLock.acquire(path), /is in use by another client/);
    await lock.release();
    await (await FileLock.acquire(path)).release();
  });

  test(`FileLock of ${what} ends with its process`, async () => {
    const owner = await spawnOwner(path);
    await assert.rejects(FileLock.acquire(path), /is in use by another client/);
    await owner.kill();
    await (await FileLock.acquire(path)).release();
  });

  test(`FileLock of ${what} is of one of those that start together after a crash`, async () => {
    for (let round = 0; round < 3; round++) {
      await (await spawnOwner(path)).kill();
      const starts = Array.from({ length: 6 }, () => FileLock.acquire(path));
      const ends = await Promise.allSettled(starts);
      const locks = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      assert.equal(locks.length, 1);
      await assert.rejects(FileLock.acquire(path), /is in use by another client/);
      await locks[0]!.release();
    }
  });
}

test('FileLock leaves nothing behind', async () => {
  const path = join(folder, 'clean');
  await (await spawnOwner(path)).kill();
  await (await FileLock.acquire(path)).release();
  const names = await readdir(folder);
  assert.deepEqual(
    names.filter((name) => name.startsWith('clean')),
    [],
  );
});

/** A process that owns the file until it is killed. */
async function spawnOwner(path: string): Promise<{ kill: () => Promise<void> }> {
  const program = `
    const { FileLock } = await import(process.argv[1]);
    await FileLock.acquire(process.argv[2]);
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const args = ['--input-type=module', '-e', program, MODULE, path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
