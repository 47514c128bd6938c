import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashPassword, passwordHashText } from '@magpie/broker/server';
import { MagpieProcess } from './magpie-process.js';
import { connect } from './packets.js';
import { RawPeer } from './raw-peer.js';

const SECRETS = {
  password: 'correct-horse-battery',
  wrong: 'wrong-horse-battery',
  url: 'url-horse-battery',
  jwt: 'jwt-horse-battery-of-thirty-two-bytes',
};

/**
 * Goal: nobody reads a secret in the log, whatever goes wrong.
 * Method: the real command at log level debug, asks a user file, tokens and an HTTP service that
 * fails, whose URL holds a password; logins that succeed, and that fail in each way.
 */
test('magpie broker writes no secret into its log or its metrics', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-secrets-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const seen: (string | undefined)[] = [];
  let status = 500;
  const service = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(status).end(JSON.stringify({ result: 'deny' }));
  });
  t.after(() => service.close());
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', () => resolve());
  });
  const { port: servicePort } = service.address() as AddressInfo;

  const hash = passwordHashText(await hashPassword(Buffer.from(SECRETS.password), randomBytes(16)));
  await writeFile(join(folder, 'passwd'), `known:${hash}\n`, { mode: 0o600 });
  const config = {
    listeners: [{ type: 'tcp', port: 0 }],
    http: { port: 0 },
    storage: { memory: true },
    authentication: {
      users: 'passwd',
      jwt: { secret: SECRETS.jwt },
      http: { url: `http://service:${SECRETS.url}@127.0.0.1:${servicePort}/auth` },
    },
    log: { level: 'debug' },
  };
  const path = join(folder, 'magpie.yaml');
  await writeFile(path, JSON.stringify(config));
  const magpie = new MagpieProcess(['--config', path]);
  t.after(() => magpie.end());
  const port = await magpie.port('tcp');

  const login = async (username: string, password: string) => {
    const credentials = { username, password: Buffer.from(password) };
    const peer = await RawPeer.open(port, connect('c', credentials));
    await peer.until(4);
    peer.close();
    return peer.received[3];
  };
  assert.equal(await login('known', SECRETS.password), 0);
  assert.equal(await login('known', SECRETS.wrong), 4);
  assert.equal(await login('stranger', SECRETS.wrong), 3); // the service fails
  assert.equal(await login('stranger', `a.${SECRETS.wrong}.c`), 3); // no token
  status = 200;
  assert.equal(await login('stranger', SECRETS.wrong), 4);
  const basic = Buffer.from(`service:${SECRETS.url}`).toString('base64');
  assert.deepEqual([...new Set(seen)], [`Basic ${basic}`]);

  const metrics = await fetch(`http://127.0.0.1:${await magpie.port('http')}/metrics`);
  const all = [...magpie.lines, magpie.stderr, await metrics.text()].join('\n');
  assert.match(all, /"authenticator-failed"/);
  for (const secret of [...Object.values(SECRETS), hash, basic])
    assert.ok(!all.includes(secret), secret);
});
