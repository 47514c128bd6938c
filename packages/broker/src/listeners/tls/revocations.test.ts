import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { Revocations } from './revocations.js';
import { type Issued, TestAuthority } from './test-authority.testing.js';

const derOf = (pem: string) => new X509Certificate(pem).raw;
const chainOf = ({ cert }: Issued) => [derOf(cert)];

test('Revocations.firstOf() finds a certificate by issuer and serial number', async () => {
  const [one, other] = [await TestAuthority.root('One'), await TestAuthority.root('Other')];
  const [first, second] = [await one.issue(), await one.issue()];
  const stranger = await other.issue();
  assert.equal(stranger.serialNumber, first.serialNumber);
  const revocations = new Revocations([await one.revocations([first]), await other.revocations()]);
  assert.equal(revocations.size, 1);
  assert.equal(revocations.firstOf(chainOf(first)), first.serialNumber);
  assert.equal(revocations.firstOf(chainOf(second)), undefined);
  assert.equal(revocations.firstOf(chainOf(stranger)), undefined);
  assert.equal(revocations.firstOf([]), undefined);
});

test('Revocations.firstOf() finds an authority in the middle of a chain', async () => {
  const root = await TestAuthority.root();
  const middle = await root.intermediate();
  const leaf = await middle.issue();
  const chain = [derOf(leaf.cert), derOf(middle.certificate)];
  const { serialNumber } = new X509Certificate(middle.certificate);
  const revoked = { cert: '', key: '', serialNumber };
  const lists = [await middle.revocations(), await root.revocations([revoked])];
  assert.equal(new Revocations(lists).firstOf(chain), serialNumber.toLowerCase());
});

test('Revocations takes names for the same that differ in upper and lower case', async () => {
  const authority = await TestAuthority.root('Mixed Case');
  const list = await (await TestAuthority.root('MIXED case')).revocations([
    await authority.issue(),
  ]);
  const [again] = [await (await TestAuthority.root('mixed CASE')).issue()];
  assert.equal(new Revocations([list]).firstOf(chainOf(again)), again.serialNumber);
});

test('Revocations reads several lists of one file', async () => {
  const root = await TestAuthority.root('One');
  const revoked = [await root.issue(), await root.issue()];
  const lists = await Promise.all(revoked.map((one) => root.revocations([one])));
  assert.equal(new Revocations([lists.join('')]).size, 2);
  assert.equal(new Revocations([]).size, 0);
});

test('Revocations refuses what is no list', () => {
  const text = '-----BEGIN X509 CRL-----\nMAMCAQE=\n-----END X509 CRL-----\n';
  assert.throws(() => new Revocations([text]), RangeError);
});
