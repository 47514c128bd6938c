import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isDoor, isForTests, isLibrary, isTest, placeOf } from './places.js';

const places: [path: string, workspace: string, inside: string | undefined][] = [
  ['packages/broker/src/routing/a.ts', 'packages/broker', 'routing/a.ts'],
  ['packages/broker/package.json', 'packages/broker', undefined],
  ['quality/bench/src/a.ts', 'quality/bench', 'a.ts'],
  ['tools/src/tidy/a.ts', 'tools', 'tidy/a.ts'],
  ['tools/setup/a.mjs', 'tools', undefined],
  ['examples/a.js', 'examples', undefined],
  ['README.md', '', undefined],
];
for (const [path, workspace, inside] of places) {
  test(`placeOf() places ${path}`, () => assert.deepEqual(placeOf(path), { workspace, inside }));
}

const kinds: [path: string, kinds: string][] = [
  ['packages/broker/src/a.ts', 'library'],
  ['packages/broker/src/a.test.ts', 'test, for tests'],
  ['packages/broker/src/a.testing.ts', 'for tests'],
  ['packages/broker/src/testing.ts', 'for tests, door'],
  ['packages/broker/src/index.ts', 'door, library'],
  ['packages/broker/src/a/index.ts', 'library'],
  ['packages/cli/src/a.ts', ''],
  ['tools/setup/a.test.mjs', 'test, for tests'],
];
for (const [path, expected] of kinds) {
  test(`isTest(), isForTests(), isDoor() and isLibrary() know ${path}`, () => {
    const found = [
      isTest(path) && 'test',
      isForTests(path) && 'for tests',
      isDoor(path) && 'door',
      isLibrary(path) && 'library',
    ];
    assert.equal(found.filter((kind) => kind !== false).join(', '), expected);
  });
}
