import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseLoadLine } from './load-result.js';

const RESULT = {
  published: 10,
  delivered: 20,
  lost: 0,
  duplicated: 0,
  reordered: 0,
  stalled: false,
  elapsedS: 0.5,
  generatorCpuS: 0.1,
  p50Us: 1,
  p99Us: 2,
  p999Us: 3,
  maxUs: 4,
};

test('parseLoadLine() knows the marks', () => {
  assert.deepEqual(parseLoadLine('begin'), { type: 'begin' });
  assert.deepEqual(parseLoadLine('end'), { type: 'end' });
});

test('parseLoadLine() reads the result', () => {
  const line = `result ${JSON.stringify(RESULT)}`;
  assert.deepEqual(parseLoadLine(line), { type: 'result', result: RESULT });
});

const refused = ['', 'begin ', 'hello', 'result {}', 'result {"published":"10"}'];
for (const line of refused) {
  test(`parseLoadLine() refuses "${line}"`, () => {
    assert.throws(() => parseLoadLine(line), TypeError);
  });
}
