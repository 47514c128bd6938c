import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllowAnonymous, type Authenticator } from './authenticator.js';

test('AllowAnonymous lets everybody in, at once', () => {
  const authenticator: Authenticator = new AllowAnonymous();
  const address = '192.0.2.1';
  const password = Buffer.from('secret');
  for (const credentials of [
    { clientId: '', username: undefined, password: undefined, address },
    { clientId: 'c', username: 'u', password, address },
  ]) {
    assert.deepEqual(authenticator.authenticate(credentials), { allowed: true, anonymous: true });
  }
});
