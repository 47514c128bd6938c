import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isFresh, withImportModule } from './bundle-commands.mjs';

const ages = [
  ['is there and younger than its parts', 10, [1, 9], true],
  ['was made at the same time', 10, [10], true],
  ['is older than one of them', 10, [1, 11], false],
  ['is not there', undefined, [1], false],
  ['lacks a part that can be compared', 10, [1, undefined], false],
];
for (const [what, madeMs, partsMs, fresh] of ages) {
  test(`isFresh() is ${fresh} for a bundle that ${what}`, () => {
    assert.equal(isFresh(madeMs, partsMs), fresh);
  });
}

for (const [code, wanted] of [
  ['await import("cborg")', 'await importModule("cborg")'],
  ['x=import("a"),import("./b.js")', 'x=importModule("a"),importModule("./b.js")'],
  ['reimport("a");it.import("b");$import("c")', 'reimport("a");it.import("b");$import("c")'],
]) {
  test(`withImportModule() makes ${wanted} of ${code}`, () => {
    assert.equal(withImportModule(code), wanted);
  });
}
