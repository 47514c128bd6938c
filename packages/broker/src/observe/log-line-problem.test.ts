import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLineProblem } from './log-line-problem.testing.js';

const LISTENING = { event: 'listening', listener: 'tcp', host: '::', port: 1883 };

const rows: readonly [
  what: string,
  level: string,
  fields: Readonly<Record<string, unknown>>,
  problem: RegExp | undefined,
][] = [
  ['a line as it is listed', 'info', LISTENING, undefined],
  ['a field that may be there', 'info', { ...LISTENING, path: '/mqtt' }, undefined],
  ['a field without a value', 'info', { ...LISTENING, path: undefined }, undefined],
  ['the rest of a flood', 'warn', { event: 'banned', leftOut: 7 }, undefined],
  ['another event', 'info', { event: 'unheard-of' }, /there is no event unheard-of/],
  ['no event', 'info', {}, /there is no event undefined/],
  ['another level', 'warn', LISTENING, /listening is told as warn, not as info/],
  ['another field', 'info', { ...LISTENING, clientId: 'a' }, /has a field clientId/],
  ['a missing field', 'info', { ...LISTENING, host: undefined }, /has no field host/],
  ['a value of another kind', 'info', { ...LISTENING, port: '1883' }, /port of another kind/],
];

for (const [what, level, fields, problem] of rows) {
  test(`logLineProblem() ${problem === undefined ? 'takes' : 'finds'} ${what}`, () => {
    const found = logLineProblem(level, fields);
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', problem);
  });
}
