import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pathOf } from './command.mjs';
import failedTests from './failed-tests.mjs';

const file = pathOf('packages/a/dist/b.test.js');
const passed = { type: 'test:pass', data: { name: 'good', file, details: {} } };
const cases = [
  ['says nothing when all have passed', [passed], ''],
  [
    'names what has failed, with the first line of why',
    [
      passed,
      failure('bad', { failureType: 'testCodeFailure', cause: new Error('1 is not 2\n+ 1') }),
    ],
    '# Failed:\n#   packages/a/dist/b.test.js: bad: 1 is not 2\n',
  ],
  [
    'names the test inside another, and not both',
    [
      failure('inner', { failureType: 'testCodeFailure', cause: 'no' }),
      failure('outer', { failureType: 'subtestsFailed', message: '1 subtest failed' }),
    ],
    '# Failed:\n#   packages/a/dist/b.test.js: inner: no\n',
  ],
  [
    'names a file that did not end',
    [failure('slow.test.js', { failureType: 'testTimeoutFailure', message: 'test timed out' })],
    '# Failed:\n#   packages/a/dist/b.test.js: slow.test.js: test timed out\n',
  ],
];
for (const [rule, events, expected] of cases) {
  test(`failedTests() ${rule}`, async () => {
    let text = '';
    for await (const part of failedTests(events)) text += part;
    assert.equal(text, expected);
  });
}

function failure(name, error) {
  return { type: 'test:fail', data: { name, file, details: { error } } };
}
