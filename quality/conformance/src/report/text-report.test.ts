import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLE_REPORT } from './example-results.testing.js';
import { textReport } from './text-report.js';

test('textReport() shows a row for each chapter, then what failed and why', () => {
  assert.deepEqual(textReport(EXAMPLE_REPORT).split('\n'), [
    'Broker 1 at mqtt://b: 4 tests in 1.2 s',
    '',
    'chapter             tests  passed  must  should  extension  skipped',
    'one                     2       1     1       ·          ·        ·',
    'two                     2       0     ·       1          ·        1',
    'all                     4       1     1       1          ·        1',
    '',
    'must, should, extension: tests failed of each level',
    '',
    'FAILED must: one: A broken | rule (A-1)',
    '  Wanted a, got b',
    '',
    'FAILED should: two: Advice',
    '  ',
  ]);
});
