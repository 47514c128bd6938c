import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { covers } from './covers.js';
import { anyUniverseFilter, UNIVERSE } from './filter-universe.testing.js';
import { matches } from './matches.js';

const COVERED: readonly [outer: string, inner: string, why: string][] = [
  ['a', 'a', 'itself'],
  ['+', '+', 'itself'],
  ['#', '#', 'itself'],
  ['#', '+/#', 'all topics, written otherwise'],
  ['+/#', '#', 'all topics, written otherwise'],
  ['#', '+', 'one level'],
  ['#', '/', 'empty levels'],
  ['#', 'a/+/b', 'anything without $'],
  ['+/+/#', '/#', 'a topic has a character'],
  ['+', 'a', 'a name for +'],
  ['+/+', '/', 'empty levels are levels'],
  ['+/+', '/+', 'empty levels are levels'],
  ['a/#', 'a', '# matches its parent'],
  ['a/#', 'a/', '# matches an empty level'],
  ['a/#', 'a/+', '# over +'],
  ['a/#', 'a/#', 'itself'],
  ['a/#', 'a/+/#', 'a deeper #'],
  ['a/#', 'a/b/c/#', 'a deeper #'],
  ['+/b/#', 'a/b', 'parent behind a +'],
  ['a/+/c', 'a/b/c', 'a name for +'],
  ['a/+/#', 'a/b', 'parent behind a +'],
  ['a/+/#', 'a/+', 'parent behind a +'],
  ['$SYS/#', '$SYS', '$ is a letter where it is written out'],
  ['$SYS/#', '$SYS/+', '$ is a letter where it is written out'],
  ['$SYS/+/x', '$SYS/a/x', '$ is a letter where it is written out'],
  ['a/+', 'a/$b', '$ hides in the first level only'],
  ['a/#', 'a/$b/#', '$ hides in the first level only'],
];
const NOT_COVERED: readonly [outer: string, inner: string, why: string][] = [
  ['a', 'b', 'another name'],
  ['a', 'A', 'case counts'],
  ['a', '+', 'narrower'],
  ['a', '#', 'narrower'],
  ['a', 'a/#', '# matches more than its parent'],
  ['a', 'a/b', 'a parent'],
  ['a/b', 'a', 'a child'],
  ['a', '/a', 'an empty level first'],
  ['/a', 'a', 'an empty level first'],
  ['a/', 'a', 'an empty level last'],
  ['a', 'a/', 'an empty level last'],
  ['+', '#', '+ is one level'],
  ['+', '/', '+ is one level'],
  ['+', '+/+', '+ is one level'],
  ['+/+', '+', '+ is one level'],
  ['+/+', '#', '+ is one level'],
  ['+/+/#', '#', '# needs two levels before it'],
  ['a/+', 'a/#', '+ is one level'],
  ['a/+', 'a', '+ wants a level'],
  ['a/+/#', 'a/#', 'the parent is missing'],
  ['a/+/#', 'a', 'the parent is missing'],
  ['a/b/#', 'a/+/#', 'a name under +'],
  ['a/b/#', 'a/#', 'deeper'],
  ['a/+/c', 'a/b/+', 'crossing'],
  ['+/b', 'a/+', 'crossing'],
  ['#', '$SYS', '# hides $'],
  ['#', '$SYS/#', '# hides $'],
  ['#', '$', '# hides $'],
  ['+', '$SYS', '+ hides $'],
  ['+/#', '$SYS/#', '+ hides $'],
  ['+/x', '$SYS/x', '+ hides $'],
  ['$SYS/#', '#', 'only $'],
  ['$SYS/#', '+/x', 'only $'],
  ['$SYS/#', '$SYS2/#', 'another name'],
  ['a/#', 'ab', 'a level is compared whole'],
  ['a/#', 'ab/#', 'a level is compared whole'],
];
for (const [outer, inner, why] of COVERED) {
  test(`covers() sees ${inner} under ${outer}: ${why}`, () => {
    assert.equal(covers(outer, inner), true);
  });
}
for (const [outer, inner, why] of NOT_COVERED) {
  test(`covers() keeps ${inner} from ${outer}: ${why}`, () => {
    assert.equal(covers(outer, inner), false);
  });
}

test('covers() is what matching every topic says', () => {
  let covered = 0;
  fc.assert(
    fc.property(anyUniverseFilter(), anyUniverseFilter(), (outer, inner) => {
      const expected = UNIVERSE.every((topic) => !matches(inner, topic) || matches(outer, topic));
      if (expected) covered++;
      assert.equal(covers(outer, inner), expected, `${outer} ${inner}`);
    }),
    { numRuns: 4000 },
  );
  assert.ok(covered > 200, `only ${covered} of the pairs cover`);
});
