// needs: redis, openssl
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { hashPassword, passwordHashText } from '@magpie/broker/server';
import { createClient } from '@redis/client';
import { RedisAuthenticator, type RedisOptions } from './redis-authenticator.js';
import { RedisServer } from './redis-server.testing.js';

const BAD = { allowed: false, why: 'bad-credentials' };
const YES = { allowed: true, username: 'ann' };

function authenticator(t: TestContext, url: string, options: Partial<RedisOptions> = {}) {
  const defaults = { key: 'mqtt:user:%u', field: 'password', timeoutMs: 5000 };
  const auth = new RedisAuthenticator({ url, ...defaults, ...options });
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

  await t.test('refuses while the server is gone, and finds it when it is back', async (t) => {
    const ask = authenticator(t, server.url, { timeoutMs: 300 });
    await ask('ann', 'secret');
    await server.stop();
    await assert.rejects(ask('ann', 'secret'), /redis failed: /);
    const again = await RedisServer.start(t, [server.port, server.tlsPort]);
    await fill(again);
    let verdict = await ask('ann', 'secret').catch(() => undefined);
    while (verdict === undefined) verdict = await ask('ann', 'secret').catch(() => undefined);
    assert.deepEqual(verdict, YES);
  });
});
