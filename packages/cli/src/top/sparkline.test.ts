import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkline } from './sparkline.js';

for (const [values, width, line] of [
  [[], 3, '   '],
  [[0, 0], 2, '▁▁'],
  [[0, 7, 14], 3, '▁▅█'],
  [[1, 1000], 2, '▂█'],
  [[9, 9, 1, 2], 2, '▅█'],
  [[5], 4, '   █'],
] as const) {
  test(`sparkline() of ${JSON.stringify(values)} in ${width} places is '${line}'`, () => {
    assert.equal(sparkline(values, width), line);
  });
}
