import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { CertificateAuthority } from './certificate-authority.js';

const VALIDITY = {
  from: new Date('2026-01-01T00:00:00Z'),
  until: new Date('2027-01-01T00:00:00Z'),
};

test('CertificateAuthority issues certificates that its own one vouches for', async () => {
  const authority = await CertificateAuthority.create('Test', VALIDITY);
  const root = new X509Certificate(authority.certificate);
  assert.equal(root.ca, true);
  const { cert, key } = await authority.issueServer(['broker.lan', '192.168.1.5', '::1'], VALIDITY);
  const server = new X509Certificate(cert);
  assert.equal(server.ca, false);
  assert.equal(server.verify(root.publicKey), true);
  assert.equal(server.checkIssued(root), true);
  assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.equal(server.checkHost('broker.lan'), 'broker.lan');
  assert.equal(server.checkIP('192.168.1.5'), '192.168.1.5');
  assert.equal(server.checkIP('::1'), '::1');
  assert.equal(server.checkHost('other.lan'), undefined);
  assert.equal(Date.parse(server.validTo), VALIDITY.until.getTime());
});

test('CertificateAuthority gives no serial number twice', async () => {
  const authority = await CertificateAuthority.create('Test', VALIDITY);
  const issued = await Promise.all([
    authority.issueClient('a', VALIDITY),
    authority.issueClient('a', VALIDITY),
  ]);
  const serials = issued.map(({ cert }) => new X509Certificate(cert).serialNumber);
  assert.equal(new Set(serials).size, 2);
});
