import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf } from './count-of.js';

const cases: [count: number, text: string][] = [
  [0, '0 bytes'],
  [1, '1 byte'],
  [2, '2 bytes'],
  [0.5, '0.5 bytes'],
];
for (const [count, text] of cases) {
  test(`countOf() says ${text}`, () => assert.equal(countOf(count, 'byte'), text));
}
