import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authenticator } from './authenticator.js';
import { ReplaceableAuthenticator } from './replaceable-authenticator.js';

const WHO = { clientId: 'c', username: 'u', password: undefined, address: '192.0.2.1' };
const ADMISSION = { allowed: true } as const;

test('ReplaceableAuthenticator asks the one that is there now', async () => {
  const first: Authenticator = { authenticate: async () => ADMISSION };
  const second: Authenticator = {
    authenticate: () => ({ allowed: false, why: 'bad-credentials' }),
    admitsAnonymous: false,
    stillAdmits: () => false,
  };
  const authenticator = new ReplaceableAuthenticator(first);
  assert.equal(authenticator.admitsAnonymous, true);
  assert.equal(authenticator.stillAdmits('u', ADMISSION), true);
  const late = authenticator.authenticate(WHO);
  authenticator.replace(second);
  assert.deepEqual(await late, ADMISSION);
  assert.deepEqual(authenticator.authenticate(WHO), { allowed: false, why: 'bad-credentials' });
  assert.equal(authenticator.admitsAnonymous, false);
  assert.equal(authenticator.stillAdmits('u', ADMISSION), false);
});
