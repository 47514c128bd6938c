import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleCompiler } from './rule-compiler.js';
import { clientOf } from './rules.testing.js';

test('RuleCompiler knows the line of each rule, and has one rule of its own behind them', () => {
  const compiler = new RuleCompiler('acl.yaml');
  compiler.add({ group: 'ops', users: ['alice'] });
  compiler.add({ rules: [{ rule: { allow: 'both', topics: ['a'] }, line: 3 }] });
  const who = [{ group: ['ops'] }];
  compiler.add({ rules: [{ rule: { deny: 'publish', topics: ['b', 'c'], who }, line: 6 }] });
  const parsed = compiler.finish();
  assert.ok('rules' in parsed);
  const { list } = parsed.rules;
  assert.deepEqual(
    list.map(({ order, place, denial }) => [order, place, denial.line]),
    [
      [0, 'acl.yaml:3', 3],
      [1, 'acl.yaml:6', 6],
      [2, 'built in', undefined],
    ],
  );
  assert.equal(parsed.rules.ofMessage(clientOf(), 'c', 0, false)?.order, 1);
  assert.equal(parsed.rules.ofMessage(clientOf({ username: 'bob' }), 'c', 0, false), undefined);
  assert.equal(parsed.rules.ofSubscription(clientOf(), '$SYS/clients/c1/denied', 0).granted, true);
});

test('RuleCompiler has no rules where there are problems', () => {
  const compiler = new RuleCompiler('f');
  compiler.add({ problems: ['f:1:1: no'] });
  assert.deepEqual(compiler.finish(), { problems: ['f:1:1: no'] });
});
