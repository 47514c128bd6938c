import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path/posix';

import { pathOf } from './command.mjs';

/** Most files of a group: so there are enough groups for all cores, and a hang names few files. */
const GROUP_FILES_MAX = 16;
/** Kept between runs; .gitignore has it. A group can be run again by itself, with `node FILE`. */
const FOLDER = '.cache/tests';

/**
 * What leads neither out of the process nor to its settings. All else gives a test a process of its
 * own, so what is forgotten here costs time and nothing more.
 */
const HARMLESS_MODULES = new Set(
  `assert assert/strict buffer crypto events os path path/posix perf_hooks querystring stream
   stream/promises string_decoder test timers timers/promises url util zlib`
    .split(/\s+/)
    .map((name) => `node:${name}`),
);
const HARMLESS_PACKAGES = new Set([
  '@asteasolutions/zod-to-openapi',
  '@hono/zod-openapi',
  '@magpie/protocol', // does no I/O: law 1
  'cborg',
  'fast-check',
  'hdr-histogram-js',
  'hono',
  'ipaddr.js',
  'lru-cache',
  'oxc-parser',
  'string-width',
  'yaml',
  'zod',
]);

/** In a test or its helpers, what reaches past its own tests; with what it is. */
const REACHING_WORDS = [
  [/\bprocess\s*[.[;)]|\bglobalThis\b|\bimport\.meta\b/, 'the process itself'],
  [/^(?:before|after|beforeEach|afterEach)\(/m, 'hooks for all tests of the process'],
  [/\bmock\.(?:timers|module)\b|\bmock\b[^}]*\} from 'node:test'/, 'mocks for all'],
  [/^\S.*\bawait\b/m, 'work before its tests'],
  [/\bgc\b|\bOtherWork\b|\bheapUsed\b/, 'a look at memory or at pauses'],
];

/** Anywhere: an early end with code 0 would look as if all tests of the group had passed. */
const ENDS_PROCESS = /\bprocess\.(?:exit|abort|kill)\(/;

const IMPORT = new RegExp(
  [
    /^(?:import\s*|(?:import|export)\s[\w$*{},\s]*?\bfrom\s*)['"]([^'"]+)['"]/,
    /\bimport\(\s*([^)]*)\)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

/**
 * The files to run for these tests: those that may share a process are gathered in groups, files
 * that import them one after another.
 *
 * A process of its own costs a test file 0.2 s of CPU time, most of it to load what its neighbours
 * load, too. It needs one if it could leave something behind that others notice; where nothing of
 * it leads there, it cannot: the house has no module state. See docs/adr/0039-shared-processes.md.
 *
 * @param tests as from `testFiles()`, in order of their paths
 */
export async function groupTests(tests) {
  const read = cachedRead();
  const files = [];
  let open = [];
  const close = async () => {
    if (open.length > 0) files.push(open.length === 1 ? open[0] : await writeGroup(open));
    open = [];
  };
  for (const test of tests) {
    if (test.needs.length > 0 || (await ownProcessReason(test.file, read)) !== undefined) {
      files.push(test.file);
      continue;
    }
    const sameWorkspace = open.length === 0 || workspaceOf(open[0]) === workspaceOf(test.file);
    if (!sameWorkspace || open.length === GROUP_FILES_MAX) await close();
    open.push(test.file);
  }
  await close();
  return files;
}

/**
 * Why a test has a process of its own; `undefined` if it may share one.
 *
 * Looked at is what it imports, and what that imports, within its workspace.
 *
 * @param read gives the text of a file, or rejects
 */
export async function ownProcessReason(test, read) {
  const seen = new Set([test]);
  for (const file of seen) {
    const text = await read(file).catch(() => undefined);
    if (text === undefined) return `${file} is not there`;
    if (ENDS_PROCESS.test(text)) return `${file} can end the process`;
    if (file.includes('.test.') || file.includes('.testing.')) {
      const reaching = REACHING_WORDS.find(([pattern]) => pattern.test(text));
      if (reaching !== undefined) return `${file} has to do with ${reaching[1]}`;
    }
    for (const name of importsOf(text)) {
      if (name.startsWith('.')) seen.add(join(dirname(file), name));
      else if (!isHarmless(name)) return `${file} imports ${name}`;
    }
  }
  return undefined;
}

/** Names in the imports of a module; what is computed is given as it stands. */
export function importsOf(text) {
  return [...text.matchAll(IMPORT)].map(
    ([, name, computed]) => name ?? computed.trim().replace(/^(['"])(.*)\1$/, '$2'),
  );
}

function isHarmless(name) {
  if (name.startsWith('node:')) return HARMLESS_MODULES.has(name);
  if (name.startsWith('#')) return true; // protocol's own: one of its files for Node, one for pages
  const parts = name.split('/');
  return HARMLESS_PACKAGES.has(parts.slice(0, name.startsWith('@') ? 2 : 1).join('/'));
}

/** The test files of a group; none if it is no group. */
export function membersOf(file) {
  if (!file.startsWith(`${FOLDER}/`) || !existsSync(pathOf(file))) return [];
  return importsOf(readFileSync(pathOf(file), 'utf8')).map((name) => join(FOLDER, name));
}

/** The path of a file that imports these. Its name changes with them: runs may overlap. */
async function writeGroup(files) {
  const text = files.map((file) => `import ${JSON.stringify(relative(FOLDER, file))};\n`).join('');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const group = join(FOLDER, `${workspaceOf(files[0]).replaceAll('/', '-')}-${hash}.test.mjs`);
  if (existsSync(pathOf(group))) return group;
  await mkdir(pathOf(FOLDER), { recursive: true });
  const whole = pathOf(`${group}.${process.pid}`);
  await writeFile(whole, text);
  await rename(whole, pathOf(group));
  return group;
}

function workspaceOf(file) {
  return file.split('/').slice(0, 2).join('/');
}

function cachedRead() {
  const texts = new Map();
  return (file) => {
    if (!texts.has(file)) texts.set(file, readFile(pathOf(file), 'utf8'));
    return texts.get(file);
  };
}
