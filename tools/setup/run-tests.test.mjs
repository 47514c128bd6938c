import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseArguments, verdict } from './run-tests.mjs';

const all = { paths: [], options: [], checks: true };
const cases = [
  [[], all],
  [['--no-checks'], { ...all, checks: false }],
  [['packages/protocol'], { paths: ['packages/protocol'], options: [], checks: false }],
  [['--test-name-pattern=x'], { ...all, options: ['--test-name-pattern=x'] }],
];
for (const [args, expected] of cases) {
  test(`parseArguments() reads "${args.join(' ')}"`, () => {
    assert.deepEqual(parseArguments(args), expected);
  });
}

const good = { passed: true, failedChecks: [], leftOut: { tests: [], needs: [] } };
const leftOut = { tests: [{ source: 'a.test.ts' }, { source: 'b.test.ts' }], needs: ['mosquitto'] };
const verdicts = [
  ['accepts what passed', good, false, 0, []],
  ['refuses a failed test', { ...good, passed: false }, false, 1, []],
  [
    'names failed checks',
    { ...good, failedChecks: [{ name: 'lint', output: 'a.ts:1 no' }] },
    false,
    1,
    ['a.ts:1 no', 'Failed checks: lint'],
  ],
  [
    'accepts left out tests, in one line',
    { ...good, leftOut },
    false,
    0,
    ['Left out: a.test.ts, b.test.ts; get what they need by: sudo apt-get install -y mosquitto'],
  ],
  ['refuses left out tests in CI', { ...good, leftOut }, true, 1, undefined],
];
for (const [rule, outcome, ci, code, lines] of verdicts) {
  test(`verdict() ${rule}`, () => {
    const found = verdict(outcome, ci);
    assert.equal(found.code, code);
    if (lines !== undefined) assert.deepEqual(found.lines, lines);
  });
}
