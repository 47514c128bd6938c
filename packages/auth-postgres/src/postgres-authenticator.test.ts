// needs: postgresql, openssl
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { hashPassword, passwordHashText } from '@magpie/broker/server';
import pg from 'pg';
import { PostgresAuthenticator, type PostgresOptions } from './postgres-authenticator.js';
import { PostgresServer } from './postgres-server.testing.js';

const QUERY = 'SELECT password FROM users WHERE username = $1';
const BAD = { allowed: false, why: 'bad-credentials' };

function authenticator(t: TestContext, url: string, options: Partial<PostgresOptions> = {}) {
  const defaults = { query: QUERY, tls: false, connectionsMax: 2, timeoutMs: 5000 };
  const auth = new PostgresAuthenticator({ url, ...defaults, ...options });
  t.after(() => auth.close());
  return async (username: string, password: string) => {
    const credentials = { username, password: Buffer.from(password) };
    return auth.authenticate({ clientId: 'c', address: '192.0.2.1', ...credentials });
  };
}

test('PostgresAuthenticator', async (t) => {
  const server = await PostgresServer.start(t);
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  const hash = passwordHashText(await hashPassword(Buffer.from('secret'), Buffer.alloc(16)));
  await client.query('CREATE TABLE users (username text, password text)');
  const injection = "x' OR username = 'ann";
  for (const name of ['ann', 'twice', 'twice', 'é🐦"; DROP TABLE users --']) {
    await client.query('INSERT INTO users VALUES ($1, $2)', [name, hash]);
  }
  await client.query("INSERT INTO users VALUES ('plain', 'secret'), ('none', NULL)");
  await client.end();

  await t.test('knows who has the right password', async (t) => {
    const ask = authenticator(t, server.url());
    for (const name of ['ann', 'é🐦"; DROP TABLE users --']) {
      assert.deepEqual(await ask(name, 'secret'), { allowed: true, username: name });
      assert.deepEqual(await ask(name, 'wrong'), BAD);
    }
    for (const name of ['eve', injection, '', 'x'.repeat(65_000)]) {
      assert.equal(await ask(name, 'secret'), 'next', name.slice(0, 20));
    }
    assert.deepEqual(await ask('a\0', 'secret'), BAD);
  });

  await t.test('takes many logins over few connections', async (t) => {
    const ask = authenticator(t, server.url());
    const all = Array.from({ length: 30 }, () => ask('ann', 'secret'));
    for (const verdict of await Promise.all(all)) assert.notEqual(verdict, 'next');
  });

  await t.test('refuses what is no stored password', async (t) => {
    const ask = authenticator(t, server.url());
    await assert.rejects(ask('plain', 'secret'), /postgres: the password of a user: it is no hash/);
    for (const name of ['twice', 'none']) {
      await assert.rejects(ask(name, 'secret'), /one column, a text, of one row or none$/, name);
    }
    const nonsense = authenticator(t, server.url(), { query: 'SELECT $1 FROM nothing' });
    await assert.rejects(nonsense('ann', 'secret'), /"nothing" does not exist/);
  });

  await t.test('checks the certificate of the server', async (t) => {
    const ca = await readFile(server.ca, 'utf8');
    const ask = authenticator(t, server.url(), { tls: { ca } });
    assert.deepEqual(await ask('ann', 'secret'), { allowed: true, username: 'ann' });
    const untrusting = authenticator(t, server.url(), { tls: true });
    await assert.rejects(untrusting('ann', 'secret'), /self-signed certificate/);
    const elsewhere = authenticator(t, server.url('127.0.0.1'), { tls: { ca } });
    await assert.rejects(elsewhere('ann', 'secret'), /does not match|IP: 127\.0\.0\.1/);
  });

  await t.test('refuses in time when there is no answer, and goes on when there is', async (t) => {
    const ask = authenticator(t, server.url(), { timeoutMs: 300 });
    assert.deepEqual(await ask('ann', 'secret'), { allowed: true, username: 'ann' });
    server.pause();
    try {
      await assert.rejects(ask('ann', 'secret'), /postgres failed: .*time/i);
      await assert.rejects(ask('ann', 'secret'), /postgres failed: .*time/i);
    } finally {
      server.goOn();
    }
    let verdict = await ask('ann', 'secret').catch(() => undefined);
    while (verdict === undefined) verdict = await ask('ann', 'secret').catch(() => undefined);
    assert.deepEqual(verdict, { allowed: true, username: 'ann' });
  });

  await t.test('refuses when the server is gone', async (t) => {
    const ask = authenticator(t, server.url());
    await ask('ann', 'secret');
    await server.stop();
    await assert.rejects(ask('ann', 'secret'), /^StoredPasswordFailure: authentication\.postgres/);
  });
});
