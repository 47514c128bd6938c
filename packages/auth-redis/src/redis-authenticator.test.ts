// needs: redis, openssl
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createBroker } from '@magpie/broker';
import { AuthenticatorChain, hashPassword, passwordHashText } from '@magpie/broker/server';
import { createClient } from '@redis/client';
import { RedisAuthenticator, type RedisOptions } from './redis-authenticator.js';
import { RedisServer } from './redis-server.testing.js';

const BAD = { allowed: false, why: 'bad-credentials' };
const YES = { allowed: true, username: 'ann' };

const DEFAULTS = { key: 'mqtt:user:%u', field: 'password', timeoutMs: 5000 };

function authenticator(t: TestContext, url: string, options: Partial<RedisOptions> = {}) {
  const auth = new RedisAuthenticator({ url, ...DEFAULTS, ...options });
  t.after(() => auth.close());
  return async (username: string, password: string) => {
    const credentials = { username, password: Buffer.from(password) };
    return auth.authenticate({ clientId: 'c', address: '192.0.2.1', ...credentials });
  };
}

async function fill(server: RedisServer): Promise<void> {
  const hash = passwordHashText(await hashPassword(Buffer.from('secret'), Buffer.alloc(16)));
  const client = createClient({ url: server.url });
  await client.connect();
  for (const name of ['ann', 'é🐦 x\r\nDEL y', '%u']) {
    await client.hSet(`mqtt:user:${name}`, 'password', hash);
  }
  await client.hSet('mqtt:user:plain', 'password', 'secret');
  await client.set('mqtt:user:text', hash);
  await client.close();
}

/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const [ACCEPTED, UNAVAILABLE, BAD_PASSWORD] = [0, 3, 4];

/** A broker that asks it, and what it logs. */
async function brokerWith(t: TestContext, link: RedisAuthenticator) {
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

test('RedisAuthenticator', async (t) => {
  const server = await RedisServer.start(t);
  await fill(server);

  await t.test('knows who has the right password', async (t) => {
    const ask = authenticator(t, server.url);
    for (const name of ['ann', 'é🐦 x\r\nDEL y', '%u']) {
      assert.deepEqual(await ask(name, 'secret'), { allowed: true, username: name });
      assert.deepEqual(await ask(name, 'wrong'), BAD);
    }
    for (const name of ['eve', '', 'x'.repeat(65_000)]) {
      assert.equal(await ask(name, 'secret'), 'next', name.slice(0, 20));
    }
    const other = authenticator(t, server.url, { field: 'other' });
    assert.equal(await other('ann', 'secret'), 'next');
  });

  await t.test('refuses what is no stored password', async (t) => {
    const ask = authenticator(t, server.url);
    await assert.rejects(ask('plain', 'secret'), /redis: the password of a user: it is no hash/);
    await assert.rejects(ask('text', 'secret'), /WRONGTYPE/);
    const stranger = authenticator(t, `redis://:wrong@127.0.0.1:${server.port}`);
    for (let time = 0; time < 2; time++) {
      await assert.rejects(stranger('ann', 'secret'), /WRONGPASS/);
    }
  });

  await t.test('checks the certificate of the server', async (t) => {
    const ca = await readFile(server.ca, 'utf8');
    const ask = authenticator(t, server.secureUrl(), { ca });
    assert.deepEqual(await ask('ann', 'secret'), YES);
    for (const [url, options] of [
      [server.secureUrl(), {}],
      [server.secureUrl('127.0.0.1'), { ca }],
    ] as const) {
      const refused = authenticator(t, url, { ...options, timeoutMs: 300 });
      await assert.rejects(refused('ann', 'secret'), /authentication\.redis failed/);
    }
  });

  await t.test('refuses in time when there is no answer, and goes on when there is', async (t) => {
    const ask = authenticator(t, server.url, { timeoutMs: 300 });
    assert.deepEqual(await ask('ann', 'secret'), YES);
    server.pause();
    try {
      await assert.rejects(ask('ann', 'secret'), /redis failed: /);
      await assert.rejects(ask('ann', 'secret'), /redis failed: /);
    } finally {
      server.goOn();
    }
    let verdict = await ask('ann', 'secret').catch(() => undefined);
    while (verdict === undefined) verdict = await ask('ann', 'secret').catch(() => undefined);
    assert.deepEqual(verdict, YES);
  });

  await t.test('takes what is changed from the next login on: nothing is remembered', async (t) => {
    const { broker, code, login } = await brokerWith(
      t,
      new RedisAuthenticator({ url: server.url, ...DEFAULTS }),
    );
    const admin = createClient({ url: server.url });
    await admin.connect();
    t.after(() => admin.destroy());
    const put = async (password: string) => {
      const hash = await hashPassword(Buffer.from(password), Buffer.alloc(16, 1));
      await admin.hSet('mqtt:user:ann', 'password', passwordHashText(hash));
    };
    const standing = await login('ann', 'secret');
    assert.equal(standing.code, ACCEPTED);
    await put('other');
    assert.equal(await code('ann', 'secret'), BAD_PASSWORD);
    assert.equal(standing.socket.destroyed, false); // it is asked at each login, and not again
    assert.equal(await code('ann', 'other'), ACCEPTED);
    await admin.del('mqtt:user:ann');
    assert.equal(await code('ann', 'other'), BAD_PASSWORD);
    // Another one of the same kind takes its place, as at a reload.
    const next = new RedisAuthenticator({ url: server.url, ...DEFAULTS });
    const authenticator = new AuthenticatorChain([next]);
    t.after(() => authenticator.close());
    await broker.reload({ authentication: { authenticator } });
    assert.equal(await code('ann', 'other'), BAD_PASSWORD);
    await put('secret');
    assert.equal(await code('ann', 'secret'), ACCEPTED);
  });

  await t.test(
    'refuses clients while the server is gone, and finds it when it is back',
    async (t) => {
      const link = new RedisAuthenticator({ url: server.url, ...DEFAULTS, timeoutMs: 300 });
      const { code, login, events } = await brokerWith(t, link);
      const standing = await login('ann', 'secret');
      assert.equal(standing.code, ACCEPTED);
      await server.stop();
      assert.equal(await code('ann', 'secret'), UNAVAILABLE);
      assert.deepEqual(events, ['authenticator-failed', 'connect-refused']);
      assert.equal(await code('eve', 'secret'), UNAVAILABLE);
      assert.equal(standing.socket.destroyed, false);
      const again = await RedisServer.start(t, [server.port, server.tlsPort]);
      await fill(again);
      let answer = await code('ann', 'secret');
      while (answer === UNAVAILABLE) answer = await code('ann', 'secret'); // it tries by itself
      assert.equal(answer, ACCEPTED);
      assert.equal(await code('ann', 'wrong'), BAD_PASSWORD);
    },
  );
});
