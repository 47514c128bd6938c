import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** Packages that may run a program when they are installed, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  esbuild: 'development only: puts its prebuilt program in place of a script',
  lmdb: 'looks for its prebuilt library, and builds it where there is none',
  'msgpackr-extract': 'of lmdb, optional: the same',
};

test('No package runs a program when it is installed, but those that are listed', async () => {
  const url = new URL('../../../package-lock.json', import.meta.url);
  const lock = JSON.parse(await readFile(url, 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const found = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  assert.deepEqual([...new Set(found)].toSorted(), Object.keys(ALLOWED).toSorted());
});
