import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { EXAMPLE_REPORT } from './example-results.testing.js';
import { markdownReport, replaceResults } from './markdown-report.js';

const rule: ConformanceTest = { name: 'A rule', clauses: [], async run() {} };
const chapters: readonly Chapter[] = [
  { name: 'one', title: 'The first', tests: [rule, rule] },
  { name: 'two', title: 'The second', tests: [rule, rule] },
  { name: 'three', title: 'The third', tests: [] },
];
const good = { ...EXAMPLE_REPORT, name: 'Broker 2', results: EXAMPLE_REPORT.results.slice(0, 1) };

test('markdownReport() shows brokers side by side and explains what they fail', () => {
  const verdicts = { 'Broker 1': { 'A broken | rule': { wrong: 'test' as const, why: 'A typo' } } };
  const lines = markdownReport([EXAMPLE_REPORT, good], chapters, verdicts).split('\n');
  assert.deepEqual(lines.slice(2, -1), [
    '| chapter    | name    | tests | Broker 1                                     | Broker 2 |',
    '| ---------- | ------- | ----- | -------------------------------------------- | -------- |',
    '| The first  | `one`   | 2     | 1, 1 failed                                  | 1        |',
    '| The second | `two`   | 2     | 0, 1 recommended failed, 1 skipped           | –        |',
    '| The third  | `three` | 0     | –                                            | –        |',
    '| **all**    |         | 4     | 1, 1 failed, 1 recommended failed, 1 skipped | 1        |',
    '',
    '### What Broker 1 fails',
    '',
    '| test             | statements | level  | who is wrong | why               |',
    '| ---------------- | ---------- | ------ | ------------ | ----------------- |',
    '| A broken \\| rule | A-1        | must   | test         | A typo            |',
    '| Advice           | –          | should | ?            | Not yet explained |',
    '',
    '### Broker 2 passes all tests it was given',
    '',
  ]);
});

test('replaceResults() replaces what stands between the marks, again and again', () => {
  const results = markdownReport([good], chapters, {});
  const other = markdownReport([EXAMPLE_REPORT], chapters, {});
  const page = `# Title\n\n${other}\n\nThe end\n`;
  assert.equal(replaceResults(page, results), `# Title\n\n${results}\n\nThe end\n`);
  assert.equal(replaceResults(replaceResults(page, results), other), page);
});

test('replaceResults() refuses a page without marks', () => {
  assert.throws(() => replaceResults('# Title\n', 'x'), RangeError);
});
