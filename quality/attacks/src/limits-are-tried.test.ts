import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { LIMITS } from '@magpie/broker';

/**
 * Goal: no limit that is only a row of a table: some test sets it, or asks for it by name.
 * Method: each is looked for in the tests, those left out that go through the table itself.
 */

const THROUGH_THE_TABLE = [
  'limits.test.ts',
  'config-numbers.test.ts',
  'configuration-numbers.test.ts',
];

/** The texts of all tests of a folder, and of those in it. */
async function testsBelow(folder: URL): Promise<string[]> {
  const texts: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const { name, parentPath } = entry;
    if (!name.endsWith('.test.ts') || parentPath.includes('node_modules')) continue;
    if (THROUGH_THE_TABLE.includes(name)) continue;
    texts.push(await readFile(`${parentPath}/${name}`, 'utf8'));
  }
  return texts;
}

test('Every limit is named in a test of its own', async () => {
  const root = new URL('../../../', import.meta.url);
  const folders = ['packages/broker/src/', 'packages/cli/src/', 'quality/attacks/src/'];
  const texts = (await Promise.all(folders.map((one) => testsBelow(new URL(one, root))))).flat();
  assert.ok(texts.length > 200, `${texts.length} tests`);
  const untried = Object.keys(LIMITS).filter((name) => {
    const word = new RegExp(`\\b${name}\\b`);
    return !texts.some((text) => word.test(text));
  });
  assert.deepEqual(untried, []);
});
