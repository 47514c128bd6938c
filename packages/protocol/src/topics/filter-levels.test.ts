import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterLevels, isHiddenLevel } from './filter-levels.js';

const cases: readonly [filter: string, levels: string[]][] = [
  ['#', ['+', '#']],
  ['+/#', ['+', '#']],
  ['/#', ['', '+', '#']],
  ['//#', ['', '', '#']],
  ['a', ['a']],
  ['/', ['', '']],
  ['a//#', ['a', '', '#']],
];
for (const [filter, levels] of cases) {
  test(`filterLevels() takes ${filter} apart`, () => {
    assert.deepEqual(filterLevels(filter), levels);
  });
}

test('isHiddenLevel() knows what a leading wildcard does not match', () => {
  assert.deepEqual(['$', '$SYS', '', 'a$', '+', undefined].map(isHiddenLevel), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
