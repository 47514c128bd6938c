import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllowAll, type Authorizer } from './authorizer.js';

test('AllowAll allows everything, at once', () => {
  const authorizer: Authorizer = new AllowAll();
  const client = { clientId: 'c', username: undefined, address: '192.0.2.1' };
  assert.equal(authorizer.mayPublish(client, '$SYS/x', 2, true), true);
  assert.equal(authorizer.maySubscribe(client, '#', 2), true);
});
