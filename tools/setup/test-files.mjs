import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pathOf, ROOT, SetupError } from './command.mjs';
import { workspaceFolders } from './workspaces.mjs';

/** Where a test that needs a program from outside says so, e.g. `// needs: mosquitto-clients`. */
const NEEDS_LINES = /^\/\/ needs: (.+)$/gm;

/**
 * All test files below the given paths, each with what it needs from outside.
 *
 * @param paths files or folders from the repository's folder, sources or output; none means all
 * @returns a list of `{ source, file, needs }`: the file a person edits, the one Node runs, and
 *   names of system-packages.mjs
 */
export async function testFiles(paths = []) {
  const wanted = paths.map((path) => path.replace(/^\.\//, '').replace(/\/+$/, ''));
  const all = await allTestFiles();
  for (const path of wanted) {
    if (!all.some((test) => isBelow(test, path)))
      throw new SetupError(`There is no test in ${path}`);
  }
  const chosen = all.filter(
    (test) => paths.length === 0 || wanted.some((path) => isBelow(test, path)),
  );
  return Promise.all(
    chosen.map(async (test) => ({
      ...test,
      needs: needsOf(await readFile(pathOf(test.source), 'utf8')),
    })),
  );
}

/** The names in the `// needs:` lines of a test. */
export function needsOf(text) {
  return [...text.matchAll(NEEDS_LINES)]
    .flatMap(([, names]) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Whether a test is the file, or lies in the folder, that `path` names. */
export function isBelow({ source, file }, path) {
  return [source, file].some(
    (name) => path === '.' || name === path || name.startsWith(`${path}/`),
  );
}

async function allTestFiles() {
  const tests = [];
  for (const folder of await workspaceFolders()) {
    for (const name of await filesIn(`${folder}/dist`, /\.test\.js$/)) {
      const source = name.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
      tests.push({ source, file: name });
    }
  }
  for (const folder of ['tools/setup', 'examples']) {
    for (const name of await filesIn(folder, /\.test\.m?js$/)) {
      tests.push({ source: name, file: name });
    }
  }
  return tests.sort((a, b) => (a.file < b.file ? -1 : 1));
}

async function filesIn(folder, pattern) {
  try {
    const names = await readdir(join(ROOT, folder), { recursive: true });
    return names
      .map((name) => `${folder}/${name}`)
      .filter((name) => pattern.test(name) && !name.includes('/node_modules/'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
