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
