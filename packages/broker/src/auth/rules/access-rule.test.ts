import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { type Action, isAbout, whyNotAbout } from './access-rule.js';
import { clientOf, rulesIn } from './rules.testing.js';

const CASES: readonly [
  rule: string,
  action: Action,
  qos: QoS,
  retain: boolean,
  why: string | undefined,
][] = [
  ['allow: both', 'publish', 0, false, undefined],
  ['allow: both', 'subscribe', 0, false, undefined],
  ['deny: publish', 'publish', 2, true, undefined],
  ['deny: publish', 'subscribe', 0, false, 'it is about publishing'],
  ['allow: subscribe', 'publish', 0, false, 'it is about subscribing'],
  ['allow: both, qos: [0, 1]', 'publish', 1, false, undefined],
  ['allow: both, qos: [0, 1]', 'publish', 2, false, 'it is about QoS 0, 1'],
  ['allow: publish, retain: true', 'publish', 0, true, undefined],
  ['allow: publish, retain: true', 'publish', 0, false, 'it is about retained messages'],
  ['allow: publish, retain: false', 'publish', 0, true, 'it is about messages not retained'],
  ['allow: both, who: { user: bob }', 'publish', 0, false, 'it is for other users'],
];
for (const [line, action, qos, retain, why] of CASES) {
  const request = `${action} at QoS ${qos}${retain ? ', retained' : ''}`;
  test(`isAbout() of { ${line} }: ${request}, ${why ?? 'yes'}`, () => {
    const [rule] = rulesIn(`{ ${line}, topics: a }`).list;
    assert.ok(rule !== undefined);
    assert.equal(isAbout(rule, clientOf(), action, qos, retain), why === undefined);
    assert.equal(whyNotAbout(rule, clientOf(), action, qos, retain), why);
  });
}
