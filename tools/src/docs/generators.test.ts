import assert from 'node:assert/strict';
import { test } from 'node:test';

import { generators } from './generators.js';

for (const { path, render } of generators) {
  test(`generators render ${path} the same each time, with a heading`, () => {
    const page = render();
    assert.match(page, path.endsWith('.1') ? /^\.TH /m : /^# /m);
    assert.equal(render(), page);
    assert.ok(page.endsWith('\n'));
  });
}

test('generators write each page once', () => {
  assert.equal(new Set(generators.map(({ path }) => path)).size, generators.length);
});
