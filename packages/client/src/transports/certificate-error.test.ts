import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import { explainCertificate } from './certificate-error.js';

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
  test(`explainCertificate() of ${code}`, () => {
    const error = Object.assign(new Error('so it is'), code === undefined ? {} : { code });
    const explained = explainCertificate(error, host);
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

test('explainCertificate() tells what to do of a certificate that is out of date', () => {
  const error = Object.assign(new Error('so it is'), { code: 'CERT_HAS_EXPIRED' });
  const { message } = explainCertificate(error, host);
  assert.match(message, /is not trusted \(so it is\): renew it, or set the clock of this machine$/);
});

test('explainCertificate() knows a server that wants another certificate of the client', () => {
  const code = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
  const { message } = explainCertificate(Object.assign(new Error('alert 116'), { code }), host);
  assert.match(
    message,
    /^broker\.example:8883 takes no connection .*: set `cert` and `key` to those/,
  );
});
