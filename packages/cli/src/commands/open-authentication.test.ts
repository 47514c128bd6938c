import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { AuthenticationConfig } from '@magpie/broker/server';
import { hashPassword, passwordHashText } from '@magpie/broker/server';
import { freshFolder } from '../fresh-folder.testing.js';
import { openAuthentication } from './open-authentication.js';
import { ServeFailure } from './serve-failure.js';

const NONE: AuthenticationConfig = {
  users: undefined,
  certificate: undefined,
  jwt: undefined,
  postgres: undefined,
  redis: undefined,
  http: undefined,
};
const WHO = { clientId: 'c', username: undefined, password: undefined, address: '192.0.2.1' };

async function file(t: TestContext, text: string): Promise<string> {
  const path = join(await freshFolder(t), 'file');
  await writeFile(path, text);
  return path;
}

test('openAuthentication() gives nothing where nothing is configured', async () => {
  assert.equal(await openAuthentication({ authentication: undefined, anonymous: true }), undefined);
});

for (const anonymous of [true, false]) {
  test(`openAuthentication() knows users, the nameless may: ${anonymous}`, async (t) => {
    const hash = await hashPassword(Buffer.from('secret'), Buffer.alloc(16));
    const users = await file(t, `u:${passwordHashText(hash)}\n`);
    const authentication = { ...NONE, users, certificate: { username: 'CN' } as const };
    const auth = await openAuthentication({ authentication, anonymous });
    const user = { ...WHO, username: 'u', password: Buffer.from('secret') };
    assert.deepEqual(await auth?.authenticate(user), {
      allowed: true,
      username: 'u',
      by: 'users',
      stamp: Buffer.concat([hash.salt, hash.hash]).toString('base64'),
    });
    const nameless = await auth?.authenticate(WHO);
    assert.equal(nameless?.allowed, anonymous);
  });
}

const JWT = { issuer: undefined, audience: undefined, usernameClaim: 'sub' };
const refusals: [
  what: string,
  text: string | undefined,
  config: (path: string) => Partial<AuthenticationConfig>,
  message: RegExp,
][] = [
  ['no user file', undefined, (users) => ({ users }), /^Cannot read the user file .*: there is no/],
  ['an empty user file', '', (users) => ({ users }), /there is no user in it$/],
  ['bad users', 'a:x\nb\n', (users) => ({ users }), /file:1: .*\n.*file:2: a line must be/],
  ['no key file', undefined, (path) => ({ jwt: { ...JWT, keys: { file: path } } }), /the key file/],
  ['keys that are no JSON', '{', (path) => ({ jwt: { ...JWT, keys: { file: path } } }), /no JSON$/],
  ['no keys', '{"keys":[]}', (path) => ({ jwt: { ...JWT, keys: { file: path } } }), /no JWKS/],
  ['null for keys', 'null', (path) => ({ jwt: { ...JWT, keys: { file: path } } }), /no JWKS/],
];
for (const [what, text, config, message] of refusals) {
  test(`openAuthentication() refuses ${what}`, async (t) => {
    const path = text === undefined ? join(await freshFolder(t), 'none') : await file(t, text);
    const authentication = { ...NONE, ...config(path) };
    await assert.rejects(openAuthentication({ authentication, anonymous: false }), (error) => {
      assert.ok(error instanceof ServeFailure);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('openAuthentication() reads keys from a file', async (t) => {
  const path = await file(t, '{"keys":[{"kty":"oct"}]}');
  const authentication = { ...NONE, jwt: { ...JWT, keys: { file: path } } };
  assert.ok(await openAuthentication({ authentication, anonymous: false }));
});

test('openAuthentication() loads the packages of databases, which answer or refuse', async () => {
  const none = { ca: undefined, timeoutMs: 300 };
  const authentication = {
    ...NONE,
    postgres: {
      ...none,
      url: 'postgres://127.0.0.1:1/x',
      query: '$1',
      tls: false,
      connectionsMax: 1,
    },
    redis: { ...none, url: 'redis://127.0.0.1:1', key: '%u', field: 'f' },
  };
  for (const name of ['postgres', 'redis'] as const) {
    const one = { ...NONE, [name]: authentication[name] };
    const auth = await openAuthentication({ authentication: one, anonymous: false });
    const user = { ...WHO, username: 'u', password: Buffer.from('secret') };
    await assert.rejects(async () => auth?.authenticate(user), {
      message: new RegExp(`^authentication\\.${name} failed: .*`),
    });
    await auth?.close();
  }
});
