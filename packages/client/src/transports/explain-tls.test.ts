import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import { explainTls } from './explain-tls.js';

const host = 'broker.example:8883';
const cases: readonly (readonly [code: string | undefined, certificate: boolean])[] = [
  ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
  ['CERT_HAS_EXPIRED', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true],
  ['ECONNREFUSED', false],
  [undefined, false],
];

for (const [code, certificate] of cases) {
  test(`explainTls() of ${code}`, () => {
    const error = Object.assign(new Error('so it is'), code === undefined ? {} : { code });
    const explained = explainTls(error, host);
    if (!certificate) {
      assert.equal(explained, error);
      return;
    }
    assert.ok(explained instanceof ClientError);
    assert.equal(explained.code, 'certificate-refused');
    assert.equal(explained.cause, error);
    assert.match(explained.message, /^The certificate of broker\.example:8883 is not trusted/);
  });
}

test('explainTls() tells what to do of a certificate that is out of date', () => {
  const error = Object.assign(new Error('so it is'), { code: 'CERT_HAS_EXPIRED' });
  const { message } = explainTls(error, host);
  assert.match(message, /is not trusted \(so it is\): renew it, or set the clock of this machine$/);
});

test('explainTls() knows a server that wants another certificate of the client', () => {
  const code = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
  const { message } = explainTls(Object.assign(new Error('alert 116'), { code }), host);
  assert.match(
    message,
    /^broker\.example:8883 takes no connection .*: set `cert` and `key` to those/,
  );
});

for (const [code, message] of [
  ['ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'packet length too long'],
] as const) {
  test(`explainTls() knows a server that speaks no TLS by ${code}`, () => {
    const explained = explainTls(Object.assign(new Error(message), { code }), host);
    assert.ok(explained instanceof ClientError);
    assert.equal(explained.code, 'unreachable');
    assert.equal(
      explained.message,
      `Cannot connect to ${host} (${message}): check that it speaks TLS on this port`,
    );
  });
}
