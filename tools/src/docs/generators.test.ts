import assert from 'node:assert/strict';
import { extname } from 'node:path';
import { test } from 'node:test';

import { generators } from './generators.js';

/** How a page begins, by what it is. */
const HEADING: Readonly<Record<string, RegExp>> = {
  '.md': /^# /m,
  '.1': /^\.TH /m,
  '.json': /^\{\n {2}"name": /,
};

for (const { path, render } of generators) {
  test(`generators render ${path} the same each time, with a heading`, () => {
    const page = render();
    assert.match(page, HEADING[extname(path)] ?? /./);
    assert.equal(render(), page);
    assert.ok(page.endsWith('\n'));
  });
}

test('generators write each page once', () => {
  assert.equal(new Set(generators.map(({ path }) => path)).size, generators.length);
});
