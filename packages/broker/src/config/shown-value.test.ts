import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownText, shownValue } from './shown-value.js';

const cases: [value: unknown, shown: string][] = [
  [undefined, 'missing'],
  [null, 'null'],
  ['', 'empty'],
  ['abc', 'abc'],
  [70_000, '70000'],
  [true, 'true'],
  [Number.NaN, 'NaN'],
  [[1, 2], 'a list'],
  [{ a: 1 }, 'a table'],
  ['a\nb\u001b[31m', 'a\\u000ab\\u001b[31m'],
  ['\u009b\u202e', '\\u009b\\u202e'],
  ['喜鹊', '喜鹊'],
];
for (const [value, shown] of cases) {
  test(`shownValue() shows ${JSON.stringify([value])} as ${shown}`, () => {
    assert.equal(shownValue(value), shown);
  });
}

test('shownText() cuts what is longer than a line', () => {
  assert.equal(shownText('x'.repeat(1000)), `${'x'.repeat(80)}…`);
});
