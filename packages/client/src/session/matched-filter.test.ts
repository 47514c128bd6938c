import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchedFilter } from './matched-filter.js';

const rows = [
  ['a/+', 'a/+'],
  ['$share/group/a/#', 'a/#'],
  ['$share/group//a', '/a'],
  ['$shared/a', '$shared/a'],
  ['a/$share/b', 'a/$share/b'],
] as const;
for (const [filter, matched] of rows) {
  test(`matchedFilter() of ${filter} is ${matched}`, () => {
    assert.equal(matchedFilter(filter), matched);
  });
}
