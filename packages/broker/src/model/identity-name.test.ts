import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityProblem } from './identity-name.js';

for (const name of ['a', 'Sensor 12', 'a.example', 'x@example', 'Ünïcödé', '喜鹊', '$SYS', '%u']) {
  test(`identityProblem() finds nothing in ${name}`, () => {
    assert.equal(identityProblem(name), undefined);
  });
}

const bad: [name: string, problem: RegExp][] = [
  ['', /empty/],
  ['#', /holds #/],
  ['a+', /holds \+/],
  ['a/b', /holds \//],
  ['a\0b', /control/],
  ['a\n', /control/],
  ['\x7f', /control/],
  ['\x9b2J', /control/],
];
for (const [name, problem] of bad) {
  test(`identityProblem() refuses ${JSON.stringify(name)}`, () => {
    assert.match(identityProblem(name) ?? '', problem);
  });
}
