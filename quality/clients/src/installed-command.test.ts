import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Goal: what is published works where nothing of the repository is.
 * Method: the packages as `npm pack` makes them are unpacked as `npm install -g` would, and the
 * command is started by the link that a shell finds. Packages of others are those that are
 * installed here, so that no registry is asked.
 */

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGES = ['protocol', 'client', 'broker', 'cli'];

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const run = promisify(execFile);
let prefix = '';
let packed: readonly Packed[] = [];

before(async () => {
  prefix = await mkdtemp(join(tmpdir(), 'magpie-installed-'));
  const wanted = PACKAGES.flatMap((name) => ['--workspace', `packages/${name}`]);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', prefix, ...wanted];
  const { stdout } = await run('npm', args, { cwd: REPOSITORY, maxBuffer: 2 ** 26 });
  packed = packedIn(JSON.parse(stdout));
  await install();
});
after(() => rm(prefix, { recursive: true, force: true }));

/** A list, or a map by name: versions of npm differ. */
function packedIn(json: unknown): Packed[] {
  return Object.values(json as Readonly<Record<string, Packed>>);
}

async function install(): Promise<void> {
  const modules = join(prefix, 'lib/node_modules');
  await mkdir(join(modules, '@magpie'), { recursive: true });
  await linkAll(join(REPOSITORY, 'node_modules'), modules);
  for (const { name, filename } of packed) {
    const folder = join(modules, name);
    await mkdir(folder);
    await run('tar', ['-xzf', join(prefix, filename), '-C', folder, '--strip-components=1']);
    const own = join(REPOSITORY, 'packages', name.replace('@magpie/', ''), 'node_modules');
    if (existsSync(own)) await linkAll(own, join(folder, 'node_modules'));
  }
  await mkdir(join(prefix, 'bin'));
  await symlink('../lib/node_modules/@magpie/cli/bin/magpie.js', MAGPIE());
}

/** Links the packages of others in one folder from another. */
async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (name.startsWith('.') || name === '@magpie') continue;
    await symlink(join(from, name), join(to, name));
  }
}

const MAGPIE = (): string => join(prefix, 'bin/magpie');

/** Nothing of the repository is in the way: neither its folder nor its settings. */
function where() {
  return { cwd: prefix, env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: prefix } };
}

async function magpie(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(MAGPIE(), args, where());
  assert.equal(stderr, '');
  return stdout;
}

test('the packages hold what runs and what is read, and nothing else', () => {
  assert.deepEqual(
    packed.map(({ name }) => name).toSorted(),
    PACKAGES.map((name) => `@magpie/${name}`).toSorted(),
  );
  const paths = new Map(packed.map(({ name, files }) => [name, files.map(({ path }) => path)]));
  for (const [name, files] of paths) {
    assert.deepEqual(
      files.filter((path) => /\.test\.|tsbuildinfo/.test(path)),
      [],
      name,
    );
  }
  const cli = new Set(paths.get('@magpie/cli'));
  const bundles = ['pub', 'sub', 'rr'].map((name) => `dist/quick/${name}.cjs`);
  for (const path of ['bin/magpie.js', 'bin/package.json', ...bundles, 'man/magpie-pub.1']) {
    assert.ok(cli.has(path), path);
  }
});

test('an installed magpie tells its version and helps', async () => {
  assert.match(await magpie('--version'), /^\d+\.\d+\.\d+\n$/);
  assert.match(await magpie('pub', '--help'), /^Usage: magpie pub /);
  assert.match(await magpie('help', 'store'), /^Usage: magpie store /);
});

test('an installed magpie is broker, publisher, subscriber and bench', async (t) => {
  const args = ['broker', '--memory', '--port', '0', '--no-ws', '--no-http'];
  const broker = spawn(MAGPIE(), args, { ...where(), stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    broker.kill();
    await once(broker, 'exit');
  });
  const flags = ['-h', '127.0.0.1', '-p', `${await portOf(broker)}`];
  assert.equal(await magpie('pub', ...flags, '-t', 'a', '-m', 'hello', '-r', '-q', '1'), '');
  assert.equal(await magpie('sub', ...flags, '-t', 'a', '-C', '1'), 'hello\n');
  const load = ['-n', '4', '--workers', '2', '--warm-up', '0', '--duration', '0.5', '--json'];
  const said = await run(MAGPIE(), ['bench', 'conn', ...flags, ...load], where()).catch(
    (error: unknown) => error as { readonly code: number; readonly stdout: string },
  ); // 4 where the machine is busy
  assert.match(said.stdout.trimEnd().split('\n').at(-1)!, /"connected":4,.*"workers":2,/);
});

async function portOf({ stdout }: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: stdout! })) {
    const { msg, port } = JSON.parse(line) as { readonly msg: string; readonly port?: number };
    if (msg === 'listening') return port ?? 0;
  }
  throw new Error('The broker ended');
}
