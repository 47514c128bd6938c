import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientCertificate } from '../model/client-certificate.js';
import { CertificateAuthenticator, type CertificateName } from './certificate-authenticator.js';

const WHO = { clientId: 'c', username: 'claimed', password: undefined, address: '192.0.2.1' };

function named(names: Partial<ClientCertificate>): ClientCertificate {
  return { commonNames: [], dnsNames: [], emails: [], fingerprint: 'AB:CD', ...names };
}

const cases: [
  names: Partial<ClientCertificate>,
  kind: CertificateName,
  user: string | undefined,
][] = [
  [{ commonNames: ['a'], dnsNames: ['b'], emails: ['c@d'] }, 'CN', 'a'],
  [{ commonNames: ['a'], dnsNames: ['b'], emails: ['c@d'] }, 'DNS', 'b'],
  [{ commonNames: ['a'], dnsNames: ['b'], emails: ['c@d'] }, 'email', 'c@d'],
  [{ dnsNames: ['b'] }, 'CN', undefined],
  [{ commonNames: ['a', 'b'] }, 'CN', undefined],
  [{ commonNames: [''] }, 'CN', undefined],
  [{ dnsNames: ['*/b'] }, 'DNS', undefined],
  [{ emails: ['a+b@c'] }, 'email', undefined],
  [{ commonNames: ['a\0'] }, 'CN', undefined],
];
for (const [names, kind, username] of cases) {
  test(`CertificateAuthenticator by ${kind} takes ${JSON.stringify(names)} as ${username}`, () => {
    const verdict = new CertificateAuthenticator(kind).authenticate({
      ...WHO,
      certificate: named(names),
    });
    const expected =
      username === undefined
        ? { allowed: false, why: 'not-authorized' }
        : { allowed: true, username, stamp: kind };
    assert.deepEqual(verdict, expected);
  });
}

test('CertificateAuthenticator leaves clients without a certificate to the next', () => {
  assert.equal(new CertificateAuthenticator('CN').authenticate(WHO), 'next');
});

test('CertificateAuthenticator.stillAdmits() whose name was of the same kind', () => {
  const authenticator = new CertificateAuthenticator('CN');
  assert.equal(authenticator.stillAdmits('a', { allowed: true, stamp: 'CN' }), true);
  assert.equal(authenticator.stillAdmits('a', { allowed: true, stamp: 'DNS' }), false);
});
