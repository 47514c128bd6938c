import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { filterIntersection, overlaps } from './filter-intersection.js';
import { anyUniverseFilter, UNIVERSE } from './filter-universe.testing.js';
import { matches } from './matches.js';
import { validateTopicFilter } from './topic-filter.js';

const cases: readonly [one: string, other: string, both: string | undefined][] = [
  ['a', 'a', 'a'],
  ['a', 'b', undefined],
  ['a', 'A', undefined],
  ['a', '+', 'a'],
  ['a', '#', 'a'],
  ['+', '#', '+'],
  ['#', '#', '+/#'],
  ['a/#', 'a', 'a'],
  ['a/#', 'a/', 'a/'],
  ['a/#', '+', 'a'],
  ['a/#', 'a/+/#', 'a/+/#'],
  ['a/#', '+/b', 'a/b'],
  ['a/+', '+/b', 'a/b'],
  ['a/+/#', '+/b', 'a/b'],
  ['a/+/c', 'a/b/#', 'a/b/c'],
  ['a/#', 'b/#', undefined],
  ['a/#', 'ab', undefined],
  ['+', '+/+', undefined],
  ['a/+', 'a', undefined],
  ['+/+', '/', '/'],
  ['+', '/#', undefined],
  ['#', '$SYS/#', undefined],
  ['+/x', '$SYS/x', undefined],
  ['$SYS/+', '+/x', undefined],
  ['$SYS/+', '$SYS/x', '$SYS/x'],
  ['a/+', 'a/$b', 'a/$b'],
];
for (const [one, other, both] of cases) {
  test(`filterIntersection() of ${one} and ${other} is ${both ?? 'nothing'}, both ways`, () => {
    assert.equal(filterIntersection(one, other), both);
    assert.equal(filterIntersection(other, one), both);
    assert.equal(overlaps(one, other), both !== undefined);
  });
}

test('filterIntersection() matches exactly the topics that both filters match', () => {
  let common = 0;
  fc.assert(
    fc.property(anyUniverseFilter(), anyUniverseFilter(), (one, other) => {
      const both = filterIntersection(one, other);
      if (both !== undefined) common++;
      if (both !== undefined) assert.equal(validateTopicFilter(both), undefined, both);
      for (const topic of UNIVERSE) {
        const expected = matches(one, topic) && matches(other, topic);
        const actual = both !== undefined && matches(both, topic);
        assert.equal(actual, expected, `${one} ${other} ${topic}`);
      }
    }),
    { numRuns: 4000 },
  );
  assert.ok(common > 200, `only ${common} of the pairs have a topic in common`);
});
