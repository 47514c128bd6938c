// needs: gcc
import assert from 'node:assert/strict';
import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Random } from '../random.js';
import { freshWorld } from './fresh-world.testing.js';
import type { RecordedWorld } from './recorded-world.js';

/** Every call of Node.js that changes something in a directory. */
const PROGRAM = `
  import * as fs from 'node:fs';
  import { open, rm, cp } from 'node:fs/promises';
  import { createServer } from 'node:net';
  const dir = process.argv[1];
  fs.mkdirSync(dir + '/a/b', { recursive: true });
  fs.writeFileSync(dir + '/a/one', 'one');
  fs.appendFileSync(dir + '/a/one', ' and more');
  const file = fs.openSync(dir + '/a/two', 'w+');
  fs.writeSync(file, Buffer.alloc(10000, 'x'), 0, 10000, 5000);
  fs.writevSync(file, [Buffer.from('12'), Buffer.from('345')], 3);
  fs.writevSync(file, [Buffer.from('at the'), Buffer.from(' front')]);
  fs.fdatasyncSync(file);
  fs.ftruncateSync(file, 12000);
  fs.truncateSync(dir + '/a/one', 5);
  fs.writeFileSync(dir + '/a/one', 'written over');
  fs.renameSync(dir + '/a/one', dir + '/a/b/moved');
  fs.linkSync(dir + '/a/two', dir + '/a/b/second name');
  fs.writeSync(file, 'in both', 6000);
  fs.copyFileSync(dir + '/a/two', dir + '/a/copy');
  await cp(dir + '/a/b', dir + '/a/c', { recursive: true });
  const handle = await open(dir + '/a/three', 'a');
  await handle.write('three');
  await handle.appendFile(' and four');
  await handle.sync();
  await handle.close();
  fs.createWriteStream(dir + '/a/stream').end('streamed');
  fs.mkdirSync(dir + '/gone');
  fs.writeFileSync(dir + '/gone/file', 'x');
  await rm(dir + '/gone', { recursive: true });
  fs.mkdirSync(dir + '/gone');
  fs.writeFileSync(dir + '/gone/file', 'x');
  fs.rmSync(dir + '/gone', { recursive: true });
  const server = createServer().listen(dir + '/a/socket');
  server.once('listening', () => { process.kill(process.pid, 'SIGKILL'); });
`;

test('RecordedWorld knows of everything that Node.js changes in it', async (t) => {
  const world = await freshWorld(t);
  await run(world, PROGRAM);
  const names = await readdir(join(world.dataDir, 'a'));
  assert.deepEqual(names, ['b', 'c', 'copy', 'socket', 'stream', 'three', 'two']);
  assert.equal(world.difference(), undefined);
});

test('RecordedWorld notices what slips past the recorder', async (t) => {
  const world = await freshWorld(t);
  await run(world, PROGRAM);
  await writeFile(join(world.dataDir, 'a', 'three'), 'three and fivE');
  assert.match(world.difference() ?? '', /three (differs at byte|has 14 bytes instead of)/);
  await writeFile(join(world.dataDir, 'a', 'by the way'), '');
  assert.match(world.difference() ?? '', /by the way is not expected/);
});

test('RecordedWorld loses with the power what was not synced, and goes on', async (t) => {
  const world = await freshWorld(t);
  const nothing = { newest: 0, oldest: 1, torn: 0, inOrder: false };
  const keep = `
    import { mkdir, open } from 'node:fs/promises';
    const sync = async (path) => { const h = await open(path); await h.sync(); await h.close(); };
    const dir = process.argv[1];
    await mkdir(dir, { recursive: true });
    const file = await open(dir + '/kept', 'a');
    await file.write('kept'); await file.sync(); await file.write(' lost');
    for (const path of [dir, dir + '/..', dir + '/../..']) await sync(path);
    await open(dir + '/lost', 'w');`;
  for (const kept of ['kept', 'keptkept']) {
    await run(world, keep);
    await world.losePower(new Random(1), nothing);
    assert.deepEqual(await readdir(world.dataDir), ['kept']);
    assert.equal(await readFile(join(world.dataDir, 'kept'), 'utf8'), kept);
    assert.equal(world.difference(), undefined);
  }
});

test('RecordedWorld loses directories whose names were not synced', async (t) => {
  const world = await freshWorld(t);
  await run(
    world,
    "import { mkdirSync } from 'node:fs'; mkdirSync(process.argv[1], { recursive: true })",
  );
  assert.ok(existsSync(world.dataDir));
  const nothing = { newest: 0, oldest: 1, torn: 0, inOrder: false };
  await world.losePower(new Random(1), nothing);
  assert.ok(!existsSync(dirname(world.dataDir)));
});

/** Runs a program under the recorder; it may be killed. */
async function run(world: RecordedWorld, program: string): Promise<void> {
  const args = ['--input-type=module', '-e', program, world.dataDir];
  const { file, env } = world.recorded({ file: process.execPath, args });
  try {
    await promisify(execFile)(file, args, { env: { ...process.env, ...env } });
  } catch (error) {
    if ((error as ExecFileException).signal !== 'SIGKILL') throw error;
  }
}
