import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticationSchema } from './authentication-schema.js';

const SECRET = 's'.repeat(32);
const PG = 'postgresql://db/users';
const URL = 'https://auth.example/mqtt';

const good: object[] = [
  {},
  { anonymous: false },
  { users: 'passwd', anonymous: true },
  { certificate: { username: 'CN' } },
  { jwt: { secret: SECRET } },
  { jwt: { jwks: 'keys.json', issuer: 'i', audience: 'a', username: 'device' } },
  { jwt: { jwks: URL } },
  { http: { url: URL } },
  { http: { url: URL, timeout: 100, cache: 86_400 } },
  { postgres: { url: 'postgres://u:p@db/users' } },
  { postgres: { url: PG, query: 'SELECT $1', ca: 'ca.crt', connections: 100, timeout: 100 } },
  { postgres: { url: PG, tls: true } },
  { postgres: { url: PG, tls: false } },
  { redis: { url: 'redis://:p@r' } },
  { redis: { url: 'rediss://r', ca: 'ca.crt', key: 'a%ub', field: 'f', timeout: 60_000 } },
];
for (const section of good) {
  test(`authenticationSchema takes ${JSON.stringify(section)}`, () => {
    assert.deepEqual(authenticationSchema.parse(section), section);
  });
}

const bad: object[] = [
  { users: '' },
  { certificate: {} },
  { certificate: { username: 'SAN' } },
  { certificate: true },
  { jwt: {} },
  { jwt: { secret: 'short' } },
  { jwt: { secret: SECRET, jwks: 'keys.json' } },
  { jwt: { jwks: '' } },
  { jwt: { jwks: 'https://' } },
  { jwt: { secret: SECRET, issuer: '' } },
  { http: {} },
  { http: { url: 'auth.example' } },
  { http: { url: 'file:///etc/passwd' } },
  ...[0, 99, 60_001, -1, Number.NaN, '5000', 1.5].map((timeout) => ({
    http: { url: URL, timeout },
  })),
  { postgres: {} },
  { postgres: { url: 'mysql://db' } },
  { postgres: { url: PG, query: 'SELECT password FROM users' } },
  { postgres: { url: PG, tls: false, ca: 'ca.crt' } },
  ...[0, -1, 101, Number.NaN, '4'].map((connections) => ({ postgres: { url: PG, connections } })),
  ...[0, 99, 60_001, Number.NaN, '5000'].map((timeout) => ({ postgres: { url: PG, timeout } })),
  { redis: {} },
  { redis: { url: 'http://r' } },
  { redis: { url: 'redis://r', key: 'user' } },
  { redis: { url: 'redis://r', field: '' } },
  { redis: { url: 'redis://r', timeout: 0 } },
  ...[-1, 86_401, Number.NaN, '1', 0.5].map((cache) => ({ http: { url: URL, cache } })),
];
for (const section of bad) {
  test(`authenticationSchema refuses ${JSON.stringify(section)}`, () => {
    assert.ok(!authenticationSchema.safeParse(section).success);
  });
}
