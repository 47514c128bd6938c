import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.js';

test('Histogram counts a value at the first bound that is not below it', () => {
  const histogram = new Histogram([0.1, 1, 10]);
  for (const value of [0, 0.1, 0.100001, 1, 5, 10, 10.1, 1e9]) histogram.observe(value);
  assert.deepEqual(histogram.cumulative(), [2, 4, 6]);
  assert.equal(histogram.count, 8);
});

test('Histogram holds as many values as it was told, and their sum', () => {
  const values = fc.array(fc.integer({ min: 0, max: 1000 }));
  const bounds = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }));
  fc.assert(
    fc.property(values, bounds, (given, some) => {
      const histogram = new Histogram(some.toSorted((a, b) => a - b));
      for (const value of given) histogram.observe(value);
      assert.equal(histogram.count, given.length);
      assert.equal(
        histogram.sum,
        given.reduce((sum, value) => sum + value, 0),
      );
      const expected = histogram.bounds.map((bound) => given.filter((v) => v <= bound).length);
      assert.deepEqual(histogram.cumulative(), expected);
    }),
  );
});

for (const bounds of [
  [1, 1],
  [2, 1],
  [1, Number.NaN],
]) {
  test(`Histogram refuses the bounds ${bounds.join(', ')}`, () => {
    assert.throws(() => new Histogram(bounds), RangeError);
  });
}
