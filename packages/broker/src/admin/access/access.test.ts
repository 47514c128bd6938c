import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnOrigin } from './access.js';

const cases: readonly (readonly [
  origin: string | undefined,
  host: string | undefined,
  own: boolean,
])[] = [
  [undefined, 'localhost:18083', true],
  ['http://localhost:18083', 'localhost:18083', true],
  ['https://magpie.example', 'magpie.example', true],
  ['http://localhost:3000', 'localhost:18083', false],
  ['http://evil.example', 'localhost:18083', false],
  ['null', 'localhost:18083', false],
  ['', 'localhost:18083', false],
  ['http://localhost:18083', undefined, false],
];

for (const [origin, host, own] of cases) {
  test(`isOwnOrigin(): ${String(origin)} to ${String(host)} is ${own ? 'own' : 'foreign'}`, () => {
    assert.equal(isOwnOrigin(origin, host), own);
  });
}
