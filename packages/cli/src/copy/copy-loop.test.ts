import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicRule } from '../replay/topic-rule.js';
import { copyLoop, isSameServer } from './copy-loop.js';

const loops: [filters: string[], rules: string[], loop: string | undefined][] = [
  [['a/#'], [], 'a/#'],
  [['a/#'], ['a/#=b/$1'], undefined],
  [['a/#'], ['a/#=a/copy/$1'], 'a/#'],
  [['a/#', 'b/#'], ['a/#=b/$1', 'b/#=c/$1'], 'a/#'],
  [['a/#'], ['a/x=b/x'], 'a/#'],
  [['a/+'], ['a/#=a/$1/copy'], undefined],
  [['a/+'], ['a/+=$1/a'], 'a/+'],
  [['a/x'], ['a/+=$1/a'], undefined],
  [['+/temp'], ['+/temp=copy/$1/temp'], undefined],
  [['+/temp'], ['+/temp=$1-copy/temp'], '+/temp'],
  [['#'], ['#=copy/$1'], '#'],
  // No filter says 'begins with x-': it is refused to be safe.
  [['a/#'], ['a/#=x-$1/y'], 'a/#'],
  [['a/+'], ['a/+=x/y-$1'], undefined],
  [['a'], ['a=copy/$0'], undefined],
  [['$share/g/a/#'], ['a/#=b/$1'], undefined],
  [['$share/g/a/#'], [], '$share/g/a/#'.slice(9)],
];
for (const [filters, rules, loop] of loops) {
  const what = `${filters.join(', ')} by ${rules.join(', ') || 'no rule'}`;
  test(`copyLoop() of ${what} is ${loop ?? 'none'}`, () => {
    assert.equal(copyLoop(filters, rules.map(topicRule)), loop);
  });
}

for (const [one, other, same] of [
  ['mqtt://127.0.0.1:5', 'mqtt://127.0.0.1:5', true],
  ['mqtt://localhost', 'mqtt://127.0.0.1:1883', true],
  ['mqtt://127.0.0.1:5', 'mqtt://[::1]:5', true],
  ['mqtt://127.0.0.1:5', 'mqtt://127.0.0.1:6', false],
  ['mqtt://127.0.0.1', 'mqtts://127.0.0.1', false],
  ['mqtt://A.invalid', 'mqtt://a.invalid', true],
  ['mqtt://a.invalid', 'mqtt://b.invalid', false],
] as const) {
  test(`isSameServer() of ${one} and ${other} is ${same}`, async () => {
    assert.equal(await isSameServer(new URL(one), new URL(other)), same);
  });
}
