import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Range, sizeOf, without } from './ranges.js';

const ranges = fc.array(
  fc.tuple(fc.nat(40), fc.nat(8)).map(([from, length]): Range => [from, from + length]),
  { maxLength: 6 },
);
const numbersIn = (all: readonly Range[]) =>
  new Set(all.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at)));

test('without() leaves the numbers that are in none of those that are taken away', () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(30), fc.nat(30)), ranges, ([from, length], taken) => {
      const whole: Range = [from, from + length];
      const gone = numbersIn(taken);
      const left = [...numbersIn([whole])].filter((number) => !gone.has(number));
      assert.deepEqual([...numbersIn(without([whole], taken))], left);
      assert.equal(sizeOf(without([whole], taken)), left.length);
    }),
  );
});
