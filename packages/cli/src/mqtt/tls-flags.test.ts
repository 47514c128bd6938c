import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionFlags } from './connection-flags.js';
import { tlsTermsOf } from './tls-flags.js';
import { UsageError } from './usage-error.js';

const SUITES_OF_1_3 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

const understood: [flags: ConnectionFlags, terms: object][] = [
  [{}, {}],
  [{ keyform: 'pem' }, {}],
  [{ tlsVersion: 'tlsv1.1' }, { minVersion: 'TLSv1.1' }],
  [{ tlsVersion: 'tlsv1.3' }, { minVersion: 'TLSv1.3' }],
  [{ tlsAlpn: 'x-amzn-mqtt-ca' }, { alpn: 'x-amzn-mqtt-ca' }],
  [{ ciphers: 'AES128-SHA' }, { ciphers: `AES128-SHA:${SUITES_OF_1_3}` }],
  [{ ciphers: 'TLS_AES_128_GCM_SHA256' }, { ciphers: 'TLS_AES_128_GCM_SHA256' }],
  [{ psk: '00Ff', pskIdentity: 'me' }, { psk: { identity: 'me', key: Buffer.of(0, 255) } }],
];
for (const [flags, terms] of understood) {
  test(`tlsTermsOf() understands ${JSON.stringify(flags)}`, async () => {
    assert.deepEqual(await tlsTermsOf(flags), terms);
  });
}

const wrong: [flags: ConnectionFlags, why: RegExp][] = [
  [{ keyform: 'engine' }, /^--keyform can only be pem: it is 'engine'$/],
  [
    { tlsVersion: '1.2' },
    /^--tls-version must be one of tlsv1\.3, tlsv1\.2, tlsv1\.1: it is '1\.2'$/,
  ],
  [{ ciphers: 'NONE-SUCH' }, /^--ciphers has no cipher suite .* it is 'NONE-SUCH'$/],
  [{ tlsAlpn: '' }, /^--tls-alpn must have 1 to 255 bytes: it has 0$/],
  [{ tlsAlpn: 'é'.repeat(128) }, /it has 256$/],
  [{ psk: '00' }, /give --psk and --psk-identity$/],
  [{ pskIdentity: 'me' }, /give --psk and --psk-identity$/],
  [{ psk: '0', pskIdentity: 'me' }, /^--psk must be bytes in hexadecimal$/],
  [{ psk: '0x00', pskIdentity: 'me' }, /^--psk must be bytes in hexadecimal$/],
  [{ psk: '00', pskIdentity: 'me', cafile: 'x' }, /leave out --cafile and its like$/],
];
for (const [flags, why] of wrong) {
  test(`tlsTermsOf() refuses ${JSON.stringify(flags)} in one line`, async () => {
    await assert.rejects(tlsTermsOf(flags), (error) => {
      return error instanceof UsageError && why.test(error.message);
    });
  });
}
