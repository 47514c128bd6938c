import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownRuleKeys, ruleFileSchema } from './rule-schema.js';

const KNOWN: readonly [path: PropertyKey[], keys: string[]][] = [
  [[], ['groups', 'rules']],
  [
    ['rules', 3],
    ['allow', 'deny', 'topics', 'who', 'qos', 'retain', 'delivery', 'disconnect'],
  ],
  [
    ['rules', 0, 'who'],
    ['user', 'group', 'client', 'address', 'certificate'],
  ],
  [
    ['rules', 0, 'who', 1],
    ['user', 'group', 'client', 'address', 'certificate'],
  ],
  [
    ['rules', 0, 'who', 1, 'certificate'],
    ['CN', 'DNS', 'email', 'fingerprint'],
  ],
  [['rules', 0, 'topics'], []],
  [['toString'], []],
];
for (const [path, keys] of KNOWN) {
  test(`knownRuleKeys() lists the keys of /${path.map(String).join('/')}`, () => {
    assert.deepEqual(knownRuleKeys(path), keys);
  });
}

test('ruleFileSchema reads one value as a list of one', () => {
  const who = { user: 'a', certificate: { CN: 'b' } };
  const { rules } = ruleFileSchema.parse({ rules: [{ allow: 'both', topics: 't', who, qos: 1 }] });
  assert.deepEqual(rules, [
    {
      allow: 'both',
      topics: ['t'],
      who: [{ user: ['a'], certificate: { CN: ['b'] } }],
      qos: [1],
    },
  ]);
});

for (const qos of [-1, 3, 0.5, Number.NaN, '1', null, [], [0, 3]]) {
  test(`ruleFileSchema refuses QoS ${JSON.stringify(qos)}`, () => {
    const rules = [{ allow: 'both', topics: 't', qos }];
    assert.equal(ruleFileSchema.safeParse({ rules }).success, false);
  });
}
