import assert from 'node:assert/strict';
import { before, test, type TestContext } from 'node:test';
import type { TlsConfig } from '../../config/broker-config.js';
import { type Issued, TestAuthority, TestFiles } from './test-authority.testing.js';
import { TlsFileError, TlsMaterial, tlsFiles } from './tls-material.js';

let root: TestAuthority;
let good: Issued;
let other: Issued;

before(async () => {
  root = await TestAuthority.root();
  good = await root.issue({ commonName: 'a.example', usage: 'server' });
  other = await root.issue({ commonName: 'b.example', usage: 'server' });
});

const NOW = () => Date.now();
const BASE = {
  certificates: [],
  ca: undefined,
  crl: undefined,
  clientCertificate: 'none',
  minVersion: '1.2',
  ciphers: undefined,
} as const;

async function configOf(files: TestFiles, fields: Partial<TlsConfig> = {}): Promise<TlsConfig> {
  return { ...BASE, ...(await files.pair('good', good)), ...fields };
}

test('TlsMaterial.read() reads certificate, key, authorities and revocations', async (t) => {
  const files = await TestFiles.make(t);
  const config = await configOf(files, {
    ca: await files.write('ca.crt', root.certificate),
    crl: await files.write('ca.crl', await root.revocations([other])),
    minVersion: '1.3',
  });
  const { options, warnings } = await TlsMaterial.read(config, NOW());
  assert.deepEqual(warnings, []);
  assert.equal(options.minVersion, 'TLSv1.3');
  assert.equal(options.cert, good.cert);
  assert.deepEqual(
    tlsFiles(config).map((path) => path.slice(files.folder.length + 1)),
    ['good.crt', 'good.key', 'ca.crt', 'ca.crl'],
  );
});

test('TlsMaterial.contextFor() chooses by the names in the certificates', async (t) => {
  const files = await TestFiles.make(t);
  const wild = await root.issue({
    commonName: 'c',
    names: [{ type: 'dns', value: '*.c.example' }],
    usage: 'server',
  });
  const certificates = [await files.pair('other', other), await files.pair('wild', wild)];
  const material = await TlsMaterial.read(await configOf(files, { certificates }), NOW());
  const first = material.contextFor('a.example');
  const second = material.contextFor('b.example');
  const third = material.contextFor('x.c.example');
  assert.equal(new Set([first, second, third, undefined]).size, 4);
  assert.equal(material.contextFor('x.c.example'), third);
  for (const unknown of ['c.example', 'nobody', '', '..', '*', 'a\0.example']) {
    assert.equal(material.contextFor(unknown), undefined, unknown);
  }
});

for (const [what, wallMs, warning] of [
  ['has expired', Date.now() + 3 * 24 * 3600 * 1000, /good\.crt has expired: it was valid to/],
  ['is not valid yet', Date.now() - 3 * 24 * 3600 * 1000, /good\.crt is not valid yet/],
] as const) {
  test(`TlsMaterial.read() warns of a certificate that ${what}`, async (t) => {
    const files = await TestFiles.make(t);
    const { warnings } = await TlsMaterial.read(await configOf(files), wallMs);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', warning);
  });
}

type Make = (files: TestFiles, t: TestContext) => Promise<Partial<TlsConfig>>;
const GARBAGE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const refused: [what: string, make: Make, message: RegExp][] = [
  [
    'a certificate that is not there',
    async (files) => ({ cert: files.path('none.crt') }),
    /^Cannot read the certificate .*none\.crt: there is no such file$/,
  ],
  [
    'a key that is not there',
    async (files) => ({ key: files.path('none.key') }),
    /^Cannot read the key .*none\.key: there is no such file$/,
  ],
  ['a folder', async (files) => ({ cert: files.folder }), /certificate .*: it is a folder$/],
  [
    'an empty certificate',
    async (files) => ({ cert: await files.write('empty', '') }),
    /^There is no certificate in .*empty$/,
  ],
  [
    'a certificate that is damaged',
    async (files) => ({ cert: await files.write('bad', GARBAGE) }),
    /^Certificate 1 in .*bad cannot be read$/,
  ],
  [
    'a chain that is damaged',
    async (files) => ({ cert: await files.write('bad', `${good.cert}${GARBAGE}`) }),
    /^Certificate 2 in .*bad cannot be read$/,
  ],
  [
    'an empty key',
    async (files) => ({ key: await files.write('empty', '') }),
    /^There is no private key in .*empty that can be read$/,
  ],
  [
    'a key with a passphrase',
    async (files) => ({
      key: await files.write('k', '-----BEGIN ENCRYPTED PRIVATE KEY-----\n'),
    }),
    /^The key .*k is encrypted: give one without a passphrase$/,
  ],
  [
    'a key of another certificate',
    async (files) => ({ key: await files.write('k', other.key) }),
    /^The key .*k does not belong to the certificate .*good\.crt$/,
  ],
  [
    'empty authorities',
    async (files) => ({ ca: await files.write('ca', 'none') }),
    /^There is no certificate in .*ca$/,
  ],
  [
    'authorities that are damaged',
    async (files) => ({ ca: await files.write('ca', `${root.certificate}${GARBAGE}`) }),
    /^Certificate 2 in .*ca cannot be read$/,
  ],
  [
    'a revocation list that is none',
    async (files) => ({ crl: await files.write('crl', root.certificate) }),
    /^There is no revocation list \(CRL\) in .*crl$/,
  ],
  [
    'a revocation list that is damaged',
    async (files) => ({
      crl: await files.write('crl', GARBAGE.replaceAll('CERTIFICATE', 'X509 CRL')),
    }),
    /^There is a revocation list in .*crl that cannot be read$/,
  ],
  [
    'ciphers that nobody knows',
    async () => ({ ciphers: 'nonsense' }),
    /^TLS cannot be set up with ciphers nonsense: no cipher match$/,
  ],
  [
    'a bad one among further certificates',
    async (files) => ({
      certificates: [{ cert: await files.write('x', ''), key: files.path('y') }],
    }),
    /^There is no certificate in .*x$/,
  ],
];
for (const [what, make, message] of refused) {
  test(`TlsMaterial.read() refuses ${what}`, async (t) => {
    const files = await TestFiles.make(t);
    const config = await configOf(files, await make(files, t));
    await assert.rejects(TlsMaterial.read(config, NOW()), (error) => {
      assert.ok(error instanceof TlsFileError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });
}
