// needs: postgresql, openssl
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createBroker } from '@magpie/broker';
import { AuthenticatorChain, hashPassword, passwordHashText } from '@magpie/broker/server';
import pg from 'pg';
import { PostgresAuthenticator, type PostgresOptions } from './postgres-authenticator.js';
import { PostgresServer } from './postgres-server.testing.js';

const QUERY = 'SELECT password FROM users WHERE username = $1';
const BAD = { allowed: false, why: 'bad-credentials' };

const DEFAULTS = { query: QUERY, tls: false, connectionsMax: 2, timeoutMs: 5000 };

function authenticator(t: TestContext, url: string, options: Partial<PostgresOptions> = {}) {
  const auth = new PostgresAuthenticator({ url, ...DEFAULTS, ...options });
  t.after(() => auth.close());
  return async (username: string, password: string) => {
    const credentials = { username, password: Buffer.from(password) };
    return auth.authenticate({ clientId: 'c', address: '192.0.2.1', ...credentials });
  };
}

/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const [ACCEPTED, UNAVAILABLE, BAD_PASSWORD] = [0, 3, 4];

/** A broker that asks it, and what it logs. */
async function brokerWith(t: TestContext, link: PostgresAuthenticator) {
  const events: string[] = [];
  const note = ({ event }: { readonly event: string }) => void events.push(event);
  const log = { debug() {}, info() {}, warn: note, error: note };
  const authenticator = new AuthenticatorChain([link]);
  const broker = await createBroker({ authenticator, log });
  t.after(() => broker.close());
  t.after(() => authenticator.close());
  const { port } = await broker.listen({ type: 'tcp', host: '127.0.0.1', port: 0 });
  /** The return code of a CONNECT, and the connection. */
  const login = async (username: string, password: string) => {
    const socket = createConnection(port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.write(connectPacket(username, password));
    const [connack] = (await once(socket, 'data')) as [Buffer];
    socket.resume();
    return { code: connack[3], socket };
  };
  const code = async (username: string, password: string) => {
    const { code, socket } = await login(username, password);
    socket.destroy();
    return code;
  };
  return { broker, events, login, code };
}

/** CONNECT with a clean session, the client identifier `c-NAME`. */
function connectPacket(username: string, password: string): Buffer {
  const texts = [`c-${username}`, username, password].map((text) => {
    return Buffer.concat([Buffer.of(0, Buffer.byteLength(text)), Buffer.from(text)]);
  });
  const body = Buffer.concat([Buffer.from('\0\x04MQTT\x04\xc2\0\0', 'latin1'), ...texts]);
  return Buffer.concat([Buffer.of(0x10, body.length), body]);
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

  await t.test('takes what is changed from the next login on: nothing is remembered', async (t) => {
    const { broker, code, login } = await brokerWith(
      t,
      new PostgresAuthenticator({ url: server.url(), ...DEFAULTS }),
    );
    const change = async (query: string, ...values: readonly string[]) => {
      const admin = new pg.Client({ connectionString: server.url() });
      await admin.connect();
      await admin.query(query, [...values]);
      await admin.end();
    };
    const standing = await login('ann', 'secret');
    assert.equal(standing.code, ACCEPTED);
    const other = passwordHashText(await hashPassword(Buffer.from('other'), Buffer.alloc(16, 1)));
    await change('UPDATE users SET password = $2 WHERE username = $1', 'ann', other);
    assert.equal(await code('ann', 'secret'), BAD_PASSWORD);
    assert.equal(standing.socket.destroyed, false); // it is asked at each login, and not again
    assert.equal(await code('ann', 'other'), ACCEPTED);
    await change('DELETE FROM users WHERE username = $1', 'ann');
    assert.equal(await code('ann', 'other'), BAD_PASSWORD);
    // Another one of the same kind takes its place, as at a reload.
    const next = new PostgresAuthenticator({ url: server.url(), ...DEFAULTS });
    const authenticator = new AuthenticatorChain([next]);
    t.after(() => authenticator.close());
    await broker.reload({ authentication: { authenticator } });
    assert.equal(await code('ann', 'other'), BAD_PASSWORD);
    await change('INSERT INTO users VALUES ($1, $2)', 'ann', hash);
    assert.equal(await code('ann', 'secret'), ACCEPTED);
  });

  await t.test('refuses while the server is gone, and finds it when it is back', async (t) => {
    const link = new PostgresAuthenticator({ url: server.url(), ...DEFAULTS });
    const { code, login, events } = await brokerWith(t, link);
    const standing = await login('ann', 'secret');
    assert.equal(standing.code, ACCEPTED);
    await server.stop();
    assert.equal(await code('ann', 'secret'), UNAVAILABLE);
    assert.deepEqual(events, ['authenticator-failed', 'connect-refused']);
    assert.equal(await code('eve', 'secret'), UNAVAILABLE);
    assert.equal(standing.socket.destroyed, false);
    await server.run();
    assert.equal(await code('ann', 'secret'), ACCEPTED);
    assert.equal(await code('ann', 'wrong'), BAD_PASSWORD);
  });
});
