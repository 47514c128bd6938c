// needs: mosquitto, mosquitto-clients
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { Program } from './program.testing.js';

const run = promisify(execFile);

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-auth-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** The command as a process, with this `authentication` section. @returns Its port. */
async function magpie(t: TestContext, path: string, authentication: string): Promise<string> {
  const config = join(path, 'magpie.yaml');
  await writeFile(
    config,
    `listeners: [{ type: tcp, host: 0.0.0.0, port: 0 }]\nauthentication: ${authentication}\n`,
  );
  const args = ['broker', '--config', config, '--memory', '--no-http'];
  const broker = Program.start(t, 'node_modules/.bin/magpie', args);
  const line = await broker.line(/"listening"/);
  return String((JSON.parse(line) as { port: number }).port);
}

async function publish(t: TestContext, port: string, ...as: string[]): Promise<string> {
  const args = ['-h', '127.0.0.1', '-p', port, '-t', 't', '-m', 'm', '-q', '1', ...as];
  const pub = Program.start(t, 'mosquitto_pub', args);
  const { code } = await pub.exit();
  return code === 0 ? 'ok' : pub.lines.join('\n');
}

for (const form of ['sha512-pbkdf2', 'sha512']) {
  test(`a user file made by mosquitto_passwd (${form}) is used as it is`, async (t) => {
    const path = await folder(t);
    const users = join(path, 'passwd');
    await writeFile(users, '');
    await run('mosquitto_passwd', ['-H', form, '-b', users, 'alice', 'secret']);
    const port = await magpie(t, path, '{ users: passwd }');
    assert.equal(await publish(t, port, '-u', 'alice', '-P', 'secret'), 'ok');
    assert.match(
      await publish(t, port, '-u', 'alice', '-P', 'wrong'),
      /bad user name or password/i,
    );
    assert.match(await publish(t, port, '-u', 'bob', '-P', 'secret'), /bad user name or password/i);
    assert.match(await publish(t, port), /not authori[sz]ed/i);
  });
}

test('a user that magpie passwd has made may connect, and here the nameless', async (t) => {
  const path = await folder(t);
  const users = join(path, 'passwd');
  await Program.start(
    t,
    'node_modules/.bin/magpie',
    ['passwd', users, 'alice'],
    'secret\n',
  ).succeeds();
  assert.match(await readFile(users, 'utf8'), /^alice:\$scrypt\$/);
  const port = await magpie(t, path, '{ users: passwd, anonymous: true }');
  assert.equal(await publish(t, port, '-u', 'alice', '-P', 'secret'), 'ok');
  assert.equal(await publish(t, port), 'ok');
  assert.match(await publish(t, port, '-u', 'alice', '-P', ''), /bad user name or password/i);
});

test('a token of two seconds lets in, and ends the connection when it expires', async (t) => {
  const secret = 's'.repeat(32);
  const port = await magpie(t, await folder(t), `{ jwt: { secret: ${secret} } }`);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 2;
  const signed = `${part({ alg: 'HS256' })}.${part({ sub: 'sensor-1', exp })}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');
  const options = { username: 'x', reconnectPeriod: 0 };
  const url = `mqtt://127.0.0.1:${port}`;
  const client = await connectAsync(url, { ...options, password: `${signed}.${signature}` });
  t.after(() => client.endAsync(true));
  await new Promise<void>((resolve) => {
    client.once('close', () => resolve());
  });
  assert.ok(Date.now() >= exp * 1000);
  const forged = `${part({ alg: 'none' })}.${part({ sub: 'sensor-1', exp: exp + 1000 })}.`;
  await assert.rejects(connectAsync(url, { ...options, password: forged }), /Bad username/i);
});
