import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { covers } from './covers.js';
import { FilterSet } from './filter-set.js';
import { anyUniverseFilter } from './filter-universe.testing.js';

test('FilterSet covers what one of its filters covers', () => {
  let covered = 0;
  fc.assert(
    fc.property(
      fc.array(anyUniverseFilter(), { maxLength: 6 }),
      anyUniverseFilter(),
      (all, one) => {
        const set = new FilterSet();
        for (const filter of all) set.add(filter);
        const expected = all.some((filter) => covers(filter, one));
        if (expected) covered++;
        assert.equal(set.covers(one), expected, `${all.join(' ')} ${one}`);
      },
    ),
    { numRuns: 5000 },
  );
  assert.ok(covered > 300, `only ${covered} are covered`);
});

test('FilterSet does not count filters that cover only together', () => {
  const set = new FilterSet();
  for (const filter of ['a', 'a/+/#']) set.add(filter);
  assert.equal(set.covers('a/#'), false);
  assert.equal(set.covers('a/+'), true);
});
