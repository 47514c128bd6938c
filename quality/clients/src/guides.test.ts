import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { guidePaths, programsOf, readGuide, visibleCode } from './guide-programs.testing.js';
import { REPOSITORY, runProgram } from './program.testing.js';

/** Where programs find the packages of this repository. */
const FOLDER = join(REPOSITORY, 'quality/clients/dist/guides');
const TRANSLATIONS = ['zh-CN'];
const TYPES = [
  '--ignoreConfig',
  '--allowJs',
  '--checkJs',
  '--noEmit',
  '--skipLibCheck',
  '--module',
  'nodenext',
];

const EXTENSIONS = { js: 'mjs', sh: 'sh' } as const;

/** A program that does not end is killed and has failed. */
const PATIENCE = { timeout: 60_000 };

const paths = await guidePaths();
const originals = paths.filter((path) => !path.includes('/'));
/** Programs that use Magpie; those of others are not ours to type. */
const ours: string[] = [];
await mkdir(FOLDER, { recursive: true });
for (const path of originals) {
  for (const { name, language, code, output } of programsOf(await readGuide(path))) {
    const file = join(FOLDER, `${path.replace('.md', '')}-${name}.${EXTENSIONS[language]}`);
    await writeFile(file, code);
    if (code.includes('@magpie/')) ours.push(file);
    test(`docs/guides/${path}: the program ${name} runs to its end`, PATIENCE, async (t) => {
      const said = await (language === 'js'
        ? runProgram(t, process.execPath, [file])
        : runShell(t, file));
      if (output !== undefined) assert.deepEqual(said, output.trimEnd().split('\n'));
    });
  }
}

test('docs/guides: the programs use Magpie as its types say', async (t) => {
  const compiler = 'node_modules/typescript/bin/tsc';
  const target = ['--target', 'es2023', '--types', 'node', '--noImplicitAny', 'false'];
  await runProgram(t, process.execPath, [compiler, ...TYPES, ...target, ...ours]);
});

/**
 * Runs a program of the shell in an empty folder, as somebody does who has `magpie` installed. What
 * fails ends it.
 */
async function runShell(t: TestContext, file: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-guide-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = `PATH=${join(REPOSITORY, 'node_modules/.bin')}:${process.env['PATH']}`;
  return runProgram(t, 'env', ['-C', folder, path, 'sh', '-e', file]);
}

for (const language of TRANSLATIONS) {
  for (const path of originals) {
    test(`docs/guides/${language}/${path} has the code of docs/guides/${path}`, async () => {
      const translated = await readGuide(`${language}/${path}`);
      assert.deepEqual(visibleCode(translated), visibleCode(await readGuide(path)));
    });
  }

  test(`docs/guides/${language} has no page but those translated`, () => {
    const own = paths.filter((path) => path.startsWith(`${language}/`));
    assert.deepEqual(
      own,
      originals.map((path) => `${language}/${path}`),
    );
  });
}
