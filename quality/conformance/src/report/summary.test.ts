import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLE_RESULTS } from './example-results.testing.js';
import { byChapter, conforms, tally } from './summary.js';

test('tally() counts outcomes, and failures by level', () => {
  assert.deepEqual(tally(EXAMPLE_RESULTS), {
    total: 4,
    passed: 1,
    skipped: 1,
    failed: { must: 1, should: 1, extension: 0 },
  });
});

test('byChapter() keeps the order', () => {
  const names = [...byChapter(EXAMPLE_RESULTS)].map(([name, list]) => [name, list.length]);
  assert.deepEqual(names, [
    ['one', 2],
    ['two', 2],
  ]);
});

const cases = [
  { must: 0, should: 0, extension: 0, conforming: true, strictly: true },
  { must: 0, should: 1, extension: 0, conforming: true, strictly: false },
  { must: 0, should: 0, extension: 1, conforming: true, strictly: false },
  { must: 1, should: 0, extension: 0, conforming: false, strictly: false },
];
for (const { conforming, strictly, ...failed } of cases) {
  test(`conforms() with failures ${JSON.stringify(failed)}`, () => {
    const numbers = { total: 9, passed: 8, skipped: 0, failed };
    assert.equal(conforms(numbers, false), conforming);
    assert.equal(conforms(numbers, true), strictly);
  });
}
