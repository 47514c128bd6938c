import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freshFolder } from './fresh-folder.testing.js';
import { startBroker } from './mqtt/broker.testing.js';
import { runMagpie } from './process.testing.js';
import { packageVersion } from './version.js';

/** What starts, and how much of it: a count of modules is the same on every machine. */

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
/** Modules of Node.js that cost a command of some milliseconds too much. */
const HEAVY = ['child_process', 'dns', 'fs/promises', 'http', 'https', 'perf_hooks', 'tls'];

interface Loaded {
  /** Files with code that ran, from the package's folder on. */
  readonly files: readonly string[];
  /** Those of {@link HEAVY}. */
  readonly heavy: readonly string[];
  readonly stdout: string;
}

/** What a command loads, by the account that V8 gives of the scripts it ran. */
async function loadedBy(t: TestContext, args: readonly string[]): Promise<Loaded> {
  const folder = await freshFolder(t);
  const { code, stdout, stderr } = await runMagpie(args, { env: { NODE_V8_COVERAGE: folder } });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const [report = ''] = await readdir(folder);
  const { result } = JSON.parse(await readFile(join(folder, report), 'utf8')) as {
    result: readonly { readonly url: string }[];
  };
  const urls = result.map(({ url }) => url);
  const paths = urls
    .filter((url) => !url.startsWith('node:'))
    .map((url) => (url.startsWith('file:') ? fileURLToPath(url) : url));
  return {
    files: paths.map((path) => path.replace(PACKAGE, '')),
    heavy: HEAVY.filter((name) => urls.includes(`node:${name}`)),
    stdout,
  };
}

for (const flag of ['--version', '-V']) {
  test(`magpie ${flag} prints the version, from one file`, async (t) => {
    assert.deepEqual(await loadedBy(t, [flag]), {
      files: ['bin/magpie.js'],
      heavy: [],
      stdout: `${packageVersion()}\n`,
    });
  });
}

// `npm run build` makes the bundles; whoever only compiles has none, and all modules are loaded.
const quick: [name: string, flags: readonly string[]][] = [
  ['pub', ['-t', 'home/door', '-m', 'open', '-r', '-q', '1']],
  ['sub', ['-t', 'home/door', '-C', '1']],
  ['rr', ['-t', 'home/ask', '-e', 'home/door', '-m', '']],
];
test('magpie pub, sub and rr are loaded from two files', async (t) => {
  const { flags: where } = await startBroker(t);
  for (const [name, flags] of quick) {
    const { files, heavy, stdout } = await loadedBy(t, [name, ...where, ...flags]);
    assert.deepEqual(files, ['bin/magpie.js', `dist/quick/${name}.cjs`]);
    assert.deepEqual(heavy, []);
    assert.equal(stdout, name === 'pub' ? '' : 'open\n');
  }
});

test('magpie pub has the whole program say what its bundle does not understand', async () => {
  const help = await runMagpie(['pub', '--help']);
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(help.stdout, /^Usage: magpie pub \[options\]\n/);
  const { code, stdout, stderr } = await runMagpie(['pub', '--topci', 'a', '-m', 'b']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.equal(stderr, "magpie: Unknown option '--topci': did you mean --topic?\n");
});

test('magpie sub loads later what its bundle does not hold', async (t) => {
  const { broker, flags } = await startBroker(t);
  await broker.publish({ topic: 'a', payload: Uint8Array.of(0xa1, 0x61, 0x78, 1), retain: true });
  const home = await freshFolder(t);
  await mkdir(join(home, 'magpie'));
  await writeFile(join(home, 'magpie', 'profiles.yaml'), 'default: { keepalive: 5 }\n');
  // From another folder: the names of modules must not depend on it.
  const run = { env: { XDG_CONFIG_HOME: home }, cwd: home };
  const said = await runMagpie(['sub', ...flags, '-t', 'a', '-C', '1', '-F', 'cbor'], run);
  assert.deepEqual(said, { code: 0, signal: null, stdout: '{"x":1}\n', stderr: '' });
});

test('a command without a bundle is loaded from its modules', async (t) => {
  const { files, heavy } = await loadedBy(t, ['broker', '--help']);
  assert.ok(files.length > 100);
  assert.ok(files.includes('dist/main.js'));
  assert.ok(heavy.includes('http'));
});
