import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './options.js';

test('readCommandLine() has a default for everything', () => {
  const { help, runs, trace, actions, seed } = readCommandLine([]);
  assert.deepEqual([help, runs, trace, actions], [false, 1, false, undefined]);
  assert.ok(Number.isInteger(seed));
});

test('readCommandLine() reads seed, runs, trace and actions', () => {
  const { seed, runs } = readCommandLine(['--seed', '7', '--runs', '100']);
  assert.deepEqual([seed, runs], [7, 100]);
  const { trace, actions } = readCommandLine(['--trace', '--actions', '0-2,7']);
  assert.deepEqual([trace, [...(actions ?? [])]], [true, [0, 1, 2, 7]]);
  assert.equal(readCommandLine(['--actions', 'none']).actions?.size, 0);
});

const wrong: readonly (readonly [args: string[], message: RegExp])[] = [
  [['--runs', '0'], /--runs must be an integer from 1: current value is 0/],
  [['--seed', 'x'], /--seed must be an integer from 0: current value is x/],
  [['--actions', '1-'], /--actions must be numbers and ranges such as 0-3,7: it is 1-/],
  [['--runs', '2', '--trace'], /go with one run/],
  [['--nonsense'], /nonsense/],
];
for (const [args, message] of wrong) {
  test(`readCommandLine() refuses ${args.join(' ')}`, () => {
    assert.throws(() => readCommandLine(args), message);
  });
}
