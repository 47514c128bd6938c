import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { alternativeNames, peerCertificate } from './peer-certificate.js';

const names: [text: string, dnsNames: string[], emails: string[]][] = [
  ['', [], []],
  ['DNS:a.example', ['a.example'], []],
  ['DNS:a, email:x@a, DNS:b, IP Address:127.0.0.1', ['a', 'b'], ['x@a']],
  ['DNS:"a, email:root@a"', ['a, email:root@a'], []],
  ['DNS:"a\\", email:\\"root", DNS:b', ['a", email:"root', 'b'], []],
  ['DNS:"a\\u0000b"', ['a\0b'], []],
  ['othername:<unsupported>, DNS:b', ['b'], []],
  ['DNS:"never ends', [], []],
  ['nothing', [], []],
];
for (const [text, dnsNames, emails] of names) {
  test(`alternativeNames() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(alternativeNames(text), { dnsNames, emails });
  });
}

function socketOf(peer: object, authorizationError?: string): TLSSocket {
  const authorized = authorizationError === undefined;
  return { getPeerCertificate: () => peer, authorized, authorizationError } as unknown as TLSSocket;
}
const PEER = { subject: { CN: 'c' }, fingerprint256: 'AB:CD' };

test('peerCertificate() takes a client without a certificate where none is required', () => {
  assert.deepEqual(peerCertificate(socketOf({}), false), { certificate: undefined });
  assert.deepEqual(peerCertificate(socketOf({}), true), { refused: 'no client certificate' });
});

test('peerCertificate() tells what a certificate says of its holder', () => {
  const certificate = {
    commonNames: ['c', 'd'],
    dnsNames: ['e'],
    emails: [],
    fingerprint: 'AB:CD',
  };
  const peer = { ...PEER, subject: { CN: ['c', 'd'] }, subjectaltname: 'DNS:e' };
  assert.deepEqual(peerCertificate(socketOf(peer), true), { certificate });
});

for (const required of [true, false]) {
  test(`peerCertificate() refuses what could not be verified, required: ${required}`, () => {
    const refusedBy = (code: string) => peerCertificate(socketOf(PEER, code), required);
    assert.deepEqual(refusedBy('CERT_REVOKED'), { refused: 'client certificate: it was revoked' });
    assert.deepEqual(refusedBy('CRL_PATH'), { refused: 'client certificate: CRL_PATH' });
  });
}
