import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { RuleAuthorizer } from './rule-authorizer.js';
import { clientOf, rulesIn } from './rules.testing.js';

const RULES = [
  '{ deny: both, topics: s/#, disconnect: true }',
  '{ allow: publish, topics: a, qos: 0 }',
  '{ allow: publish, topics: r, retain: true }',
  '{ allow: both, who: { user: alice }, topics: own/# }',
  '{ allow: subscribe, topics: c/#, delivery: checked }',
];

test('RuleAuthorizer answers yes, or no with the place of the rule', () => {
  const authorizer = new RuleAuthorizer(rulesIn(...RULES));
  const client = clientOf();
  for (let time = 0; time < 2; time++) {
    assert.equal(authorizer.mayPublish(client, 'a', 0, false), true);
    assert.deepEqual(authorizer.mayPublish(client, 's/x', 0, false), {
      rule: 'acl.yaml:2',
      line: 2,
      disconnect: true,
    });
    assert.deepEqual(authorizer.mayPublish(client, 'a', 1, false), { rule: 'no rule of acl.yaml' });
  }
  assert.equal(authorizer.maySubscribe(client, 'own/+', 0), true);
  assert.equal(authorizer.maySubscribe(client, '#', 0), 'checked');
  assert.deepEqual(authorizer.maySubscribe(client, 'x', 0), { rule: 'no rule of acl.yaml' });
});

test('RuleAuthorizer that has decided before answers as one that has not', () => {
  const rules = rulesIn(...RULES);
  const authorizer = new RuleAuthorizer(rules);
  const clients = [clientOf(), clientOf({ username: 'bob' }), clientOf({ username: undefined })];
  const topics = fc.constantFrom('a', 'r', 's/x', 'own/x', 'c/x', 'other');
  const qos = fc.constantFrom<QoS>(0, 1, 2);
  fc.assert(
    fc.property(
      fc.constantFrom(...clients),
      topics,
      qos,
      fc.boolean(),
      (client, topic, q, retain) => {
        const fresh = new RuleAuthorizer(rules);
        const expected = fresh.mayPublish(client, topic, q, retain);
        assert.deepEqual(authorizer.mayPublish(client, topic, q, retain), expected);
        assert.equal(authorizer.mayDeliver(client, topic), fresh.mayDeliver(client, topic));
      },
    ),
    { numRuns: 1000 },
  );
});

test('RuleAuthorizer.replace() has other rules hold from the next question on', () => {
  const authorizer = new RuleAuthorizer(rulesIn('{ allow: both, topics: a }'));
  const client = clientOf();
  assert.equal(authorizer.mayPublish(client, 'a', 0, false), true);
  assert.equal(authorizer.mayDeliver(client, 'a'), true);
  const { generation } = authorizer;
  authorizer.replace(rulesIn('{ allow: both, topics: b }'));
  assert.notEqual(authorizer.generation, generation);
  assert.notEqual(authorizer.mayPublish(client, 'a', 0, false), true);
  assert.equal(authorizer.mayDeliver(client, 'a'), false);
  assert.equal(authorizer.mayPublish(client, 'b', 0, false), true);
});
