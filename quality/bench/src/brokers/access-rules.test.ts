import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRuleFile } from '@magpie/broker/server';
import { accessRules } from './access-rules.js';

test('accessRules() are as many as asked for, and the last decides about the load', () => {
  const parsed = parseRuleFile(accessRules(100), 'acl.yaml');
  assert.ok('rules' in parsed);
  assert.equal(parsed.rules.list.length, 100 + 1); // and our own
  const client = { clientId: 'pub-0', username: undefined, address: '127.0.0.1' };
  assert.equal(parsed.rules.ofMessage(client, 'bench/0', 0, false)?.order, 99);
});
