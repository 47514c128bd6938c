import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { SystemClock } from '../model/clock.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { JwtAuthenticator, type JwtKeys, type JwtOptions } from './jwt-authenticator.js';

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const clock = new ManualClock();
const NOW_S = clock.wallMs() / 1000;

interface Claims {
  readonly [name: string]: unknown;
}

function tokenOf(claims: Claims, alg: string, key: Parameters<SignJWT['sign']>[0], kid?: string) {
  const header = { alg, ...(kid !== undefined && { kid }) };
  return new SignJWT({ sub: 'u', exp: NOW_S + 60, ...claims }).setProtectedHeader(header).sign(key);
}

function authOf(keys: JwtKeys, options: Partial<JwtOptions> = {}): JwtAuthenticator {
  const defaults = { issuer: undefined, audience: undefined, usernameClaim: 'sub', clock };
  return new JwtAuthenticator({ keys, ...defaults, ...options });
}

function ask(auth: JwtAuthenticator, password: string) {
  const credentials = { clientId: 'c', username: 'claimed', address: '192.0.2.1' };
  return auth.authenticate({ ...credentials, password: Buffer.from(password) });
}

const YES = { allowed: true, username: 'u', expiresAtMs: (NOW_S + 60) * 1000 };
const NO = { allowed: false, why: 'bad-credentials' };
const HS = authOf({ secret: SECRET });

async function keyPair(alg: string, kid: string) {
  const pair = await generateKeyPair(alg);
  const jwk: JWK = { ...(await exportJWK(pair.publicKey)), alg, kid };
  return { ...pair, jwk };
}

test('JwtAuthenticator takes HS256 by a secret', async () => {
  assert.deepEqual(await ask(HS, await tokenOf({}, 'HS256', SECRET)), YES);
});

for (const alg of ['RS256', 'ES256']) {
  test(`JwtAuthenticator takes ${alg} by a set of keys`, async () => {
    const [good, other] = [await keyPair(alg, 'a'), await keyPair(alg, 'b')];
    const auth = authOf({ keySet: { keys: [good.jwk] } });
    assert.deepEqual(await ask(auth, await tokenOf({}, alg, good.privateKey, 'a')), YES);
    assert.deepEqual(await ask(auth, await tokenOf({}, alg, other.privateKey, 'a')), NO);
    assert.deepEqual(await ask(auth, await tokenOf({}, alg, other.privateKey, 'b')), NO);
  });
}

const bad: [what: string, claims: Claims, options?: Partial<JwtOptions>][] = [
  ['has expired', { exp: NOW_S - 1 }],
  ['never expires', { exp: undefined }],
  ['is not valid yet', { nbf: NOW_S + 10 }],
  ['has no user', { sub: undefined }],
  ['has a user that is a number', { sub: 5 }],
  ['has a user with a wildcard', { sub: '#' }],
  ['has a user with a slash', { sub: 'a/b' }],
  ['has another issuer', { iss: 'x' }, { issuer: 'i' }],
  ['has no issuer', {}, { issuer: 'i' }],
  ['has another audience', { aud: ['x'] }, { audience: 'a' }],
];
for (const [what, claims, options] of bad) {
  test(`JwtAuthenticator refuses a token that ${what}`, async () => {
    const auth = authOf({ secret: SECRET }, options);
    assert.deepEqual(await ask(auth, await tokenOf(claims, 'HS256', SECRET)), NO);
  });
}

test('JwtAuthenticator takes issuer and audience, and the user from another claim', async () => {
  const options = { issuer: 'i', audience: 'a', usernameClaim: 'device' };
  const claims = { iss: 'i', aud: ['x', 'a'], device: 'd' };
  const verdict = await ask(
    authOf({ secret: SECRET }, options),
    await tokenOf(claims, 'HS256', SECRET),
  );
  assert.deepEqual(verdict, { ...YES, username: 'd' });
});

test('JwtAuthenticator does not let a token choose how it is checked', async () => {
  const { jwk } = await keyPair('RS256', 'a');
  const rs = authOf({ keySet: { keys: [jwk] } });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const none = `${part({ alg: 'none' })}.${part({ sub: 'u', exp: NOW_S + 60 })}.`;
  for (const auth of [HS, rs]) assert.deepEqual(await ask(auth, none), NO);
  // The public key as the secret of HS256.
  const secret = Buffer.from(JSON.stringify(jwk));
  assert.deepEqual(await ask(rs, await tokenOf({}, 'HS256', secret)), NO);
  const { privateKey } = await keyPair('RS512', 'a');
  assert.deepEqual(await ask(rs, await tokenOf({}, 'RS512', privateKey, 'a')), NO);
});

test('JwtAuthenticator leaves what is no token to the next', () => {
  const passwords = [
    '',
    'secret',
    'a.b.c',
    'eyJ',
    'ey..',
    `ey${'a'.repeat(30)}`,
    'ey!.aaaaaaaaaaaaaaaa.b',
  ];
  for (const password of passwords) assert.equal(ask(HS, password), 'next', password);
  assert.equal(ask(HS, `ey${'a'.repeat(20_000)}.b.c`), 'next');
});

for (const password of [
  'eyJhbGciOiJIUzI1NiJ9.e30.AAAA',
  'eyAAAAAAAAAAAAAAAAAAAA..',
  'ey.aaaaaaaaaaaaaaaaaaaaaaaa.b',
]) {
  test(`JwtAuthenticator refuses ${password}`, async () => {
    assert.deepEqual(await ask(HS, password), NO);
  });
}

test('JwtAuthenticator gets keys from a URL, once, and fails when it cannot', async (t) => {
  const pair = await keyPair('ES256', 'a');
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ keys: [pair.jwk] }));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const real = new SystemClock();
  const claims = { exp: Math.ceil(real.wallMs() / 1000) + 60 };
  const token = await tokenOf(claims, 'ES256', pair.privateKey, 'a');
  const auth = authOf({ url }, { clock: real });
  for (let times = 0; times < 3; times++) {
    assert.deepEqual(await ask(auth, token), { ...YES, expiresAtMs: claims.exp * 1000 });
  }
  assert.equal(asked, 1);
  const gone = authOf({ url: 'http://127.0.0.1:1/keys' }, { clock: real });
  await assert.rejects(async () => ask(gone, token));
});
