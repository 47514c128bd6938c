import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { DirectoryLock } from './directory-lock.js';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-lock-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** Another process that has the directory, or says why not; and how to end it. */
async function otherProcess(t: TestContext, path: string) {
  const code = `
    import { DirectoryLock } from ${JSON.stringify(MODULE)};
    try {
      await DirectoryLock.acquire(${JSON.stringify(path)});
      console.log('has it');
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(error.message);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return {
    said: said.trim(),
    pid: child.pid,
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await ended;
    },
  };
}

test('DirectoryLock keeps other processes out, and tells them who has the directory', async (t) => {
  const path = await folder(t);
  const lock = await DirectoryLock.acquire(path);
  const { said } = await otherProcess(t, path);
  assert.match(said, new RegExp(`^The data directory ${path} is in use by .+\\(${process.pid} on`));
  await lock.release();
  assert.equal((await otherProcess(t, path)).said, 'has it');
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`DirectoryLock ends with a process that ends by ${signal}`, async (t) => {
    const path = await folder(t);
    const other = await otherProcess(t, path);
    await assert.rejects(DirectoryLock.acquire(path), new RegExp(`\\(${other.pid} on`));
    await other.end(signal);
    const lock = await DirectoryLock.acquire(path);
    assert.equal((await readdir(path)).length, 1);
    await lock.release();
    assert.deepEqual(await readdir(path), []);
  });
}

test('DirectoryLock keeps others out of a directory whose process is stopped', async (t) => {
  const path = await folder(t);
  const other = await otherProcess(t, path);
  process.kill(other.pid!, 'SIGSTOP');
  await assert.rejects(DirectoryLock.acquire(path), /is in use by another process: stop/);
});

/**
 * Goal: of all that come at once exactly one gets the directory, also where dead ones lie about.
 * Method: many rounds of several candidates in one process; each asks the others by their sockets.
 */
test('DirectoryLock is given to one of many that come at once', async (t) => {
  const path = await folder(t);
  const other = await otherProcess(t, path);
  await other.end('SIGKILL');
  for (let round = 0; round < 20; round++) {
    const candidates = Array.from({ length: 8 }, () => DirectoryLock.acquire(path));
    const results = await Promise.allSettled(candidates);
    const owners = results.filter((result) => result.status === 'fulfilled');
    assert.equal(owners.length, 1, `round ${round}`);
    await owners[0]?.value.release();
    assert.deepEqual(await readdir(path), []);
  }
});

test('DirectoryLock takes a directory with a long path', async (t) => {
  const path = join(await folder(t), 'long'.repeat(40), 'path'.repeat(40));
  await mkdir(path, { recursive: true });
  const lock = await DirectoryLock.acquire(path);
  await assert.rejects(DirectoryLock.acquire(path), /is in use/);
  await lock.release();
});

test('DirectoryLock leaves files of others alone', async (t) => {
  const path = await folder(t);
  const names = ['data.mdb', 'in-use-0123456789abcde', 'in-use-by-me'];
  for (const name of names) await writeFile(join(path, name), 'x');
  const lock = await DirectoryLock.acquire(path);
  await lock.release();
  assert.deepEqual((await readdir(path)).toSorted(), names);
});

const MODULE = pathToFileURL(join(import.meta.dirname, 'directory-lock.js')).href;
