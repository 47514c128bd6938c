import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRange } from './check-range.js';

test('checkRange() gives back what is in the range, bounds included', () => {
  for (const value of [1, 1.5, 3]) assert.equal(checkRange('n', value, 1, 3), value);
  assert.equal(checkRange('n', Infinity, 0), Infinity);
});

test('checkRange() names what is out of it', () => {
  for (const value of [0, 4, NaN]) {
    assert.throws(() => checkRange('n', value, 1, 3), {
      name: 'RangeError',
      message: `n must be a number from 1 to 3: it is ${value}`,
    });
  }
  assert.throws(() => checkRange('n', '2' as never, 1, 3), {
    message: 'n must be a number from 1 to 3: it is 2',
  });
  assert.throws(() => checkRange('n', -1, 0), {
    message: 'n must be a number from 0 to Infinity: it is -1',
  });
});
