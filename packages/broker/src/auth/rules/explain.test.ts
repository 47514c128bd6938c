import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../model/principal.js';
import {
  explainAccess,
  type Explanation,
  explainMessage,
  explainSubscription,
  ruleInWords,
} from './explain.js';
import { clientOf, rulesIn } from './rules.testing.js';

const RULES = rulesIn(
  '{ deny: publish, topics: [plant/+/config, plant/stop] }',
  '{ allow: both, who: { user: bob }, topics: "#" }',
  '{ allow: both, topics: devices/%u/#, qos: [0, 1] }',
  '{ deny: subscribe, topics: plant/secret }',
  '{ allow: subscribe, topics: plant/# }',
);

function shown({ allowed, rule, passed }: Explanation): string[] {
  const reasons = passed.map(({ rule: { place }, why }) => `${place}: ${why}`);
  return [`${allowed} by ${rule?.place}`, ...reasons];
}

const MESSAGES: readonly [topic: string, client: Partial<Principal>, expected: string[]][] = [
  ['plant/stop', {}, ['false by acl.yaml:2']],
  [
    'devices/alice/x',
    {},
    [
      'true by acl.yaml:4',
      'acl.yaml:2: plant/+/config does not match; plant/stop does not match',
      'acl.yaml:3: it is for other users',
    ],
  ],
  [
    'x',
    { username: 'a/b' },
    [
      'false by undefined',
      'acl.yaml:2: plant/+/config does not match; plant/stop does not match',
      'acl.yaml:3: it is for other users',
      'acl.yaml:4: devices/%u/# matches nothing, since the user name holds /',
      'acl.yaml:5: it is about subscribing',
      'acl.yaml:6: it is about subscribing',
      'built in: it is about subscribing',
    ],
  ],
];
for (const [topic, client, expected] of MESSAGES) {
  const { username = 'alice' } = client;
  test(`explainMessage() says why ${topic} of ${username} is ${expected[0]}`, () => {
    assert.deepEqual(shown(explainMessage(RULES, clientOf(client), topic, 1, false)), expected);
  });
}

const SUBSCRIPTIONS: readonly [filter: string, expected: string[]][] = [
  [
    'plant/#',
    [
      'false by acl.yaml:5',
      'acl.yaml:2: it is about publishing',
      'acl.yaml:3: it is for other users',
      'acl.yaml:4: devices/alice/# has no topic of it',
    ],
  ],
  [
    '+/alice/x',
    [
      'false by undefined',
      'acl.yaml:2: it is about publishing',
      'acl.yaml:3: it is for other users',
      'acl.yaml:4: devices/alice/# covers only some of it',
      'acl.yaml:5: plant/secret has no topic of it',
      'acl.yaml:6: plant/# covers only some of it',
      'built in: $SYS/clients/c1/denied has no topic of it',
    ],
  ],
];
for (const [filter, expected] of SUBSCRIPTIONS) {
  test(`explainSubscription() says why ${filter} is ${expected[0]}`, () => {
    assert.deepEqual(shown(explainSubscription(RULES, clientOf(), filter, 1)), expected);
  });
}

test('explainSubscription() says what earlier rules have to do with it', () => {
  const rules = rulesIn(
    '{ allow: both, topics: a/+ }',
    '{ deny: both, topics: a/b }',
    '{ allow: both, topics: a/# }',
  );
  assert.deepEqual(shown(explainSubscription(rules, clientOf(), 'a/#', 1)), [
    'true by acl.yaml:4',
    'acl.yaml:2: a/+ covers only some of it',
    'acl.yaml:3: earlier rules allow what a/b denies of it',
  ]);
});

test('explainMessage() tells rules for others apart', () => {
  const { passed } = explainMessage(RULES, clientOf(), 'x', 0, false);
  assert.deepEqual(
    passed.filter(({ isForOthers }) => isForOthers).map(({ rule }) => rule.place),
    ['acl.yaml:3'],
  );
});

test('ruleInWords() shows a rule as it stands in the file', () => {
  const { list } = RULES;
  assert.deepEqual(list.slice(0, 3).map(ruleInWords), [
    'deny publish plant/+/config, plant/stop',
    'allow both #',
    'allow both devices/%u/#',
  ]);
});

test('explainAccess() takes the filter of a share group apart', () => {
  const rules = rulesIn(
    '{ deny: publish, topics: plant/stop }',
    '{ deny: both, topics: a/secret }',
    '{ allow: both, topics: devices/%u/# }',
    '{ allow: subscribe, topics: "a/#", delivery: checked }',
  );
  const ask = (action: 'publish' | 'subscribe', topic: string) => {
    const asked = explainAccess(rules, clientOf(), { action, topic, qos: 1, retain: false });
    return typeof asked === 'string' ? asked : asked.allowed;
  };
  assert.equal(ask('publish', 'devices/alice/x'), true);
  assert.equal(ask('publish', 'plant/stop'), false);
  assert.equal(ask('subscribe', '$share/g/devices/alice/#'), true);
  assert.equal(ask('subscribe', 'a/#'), 'checked');
  assert.equal(ask('subscribe', '$share/g/a/#'), false);
  assert.match(String(ask('publish', 'a/#')), /^The topic cannot be published to: it /);
  assert.match(String(ask('subscribe', 'a#')), /^The topic filter cannot be subscribed to: it /);
  assert.match(String(ask('subscribe', '$share/g')), /^Shared subscription must be/);
});
