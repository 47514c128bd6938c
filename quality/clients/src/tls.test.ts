// needs: mosquitto-clients, openssl
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { type Broker, createBroker, type ListenOptions } from '@magpie/broker';
import { connectAsync, type IClientOptions } from 'mqtt';
import { OpensslAuthority, type Pair } from './openssl.testing.js';
import { Program } from './program.testing.js';

type TlsOptions = Extract<ListenOptions, { type: 'tls' }>;

/** A broker that listens for `localhost`, and an authority that has made all certificates. */
async function secureBroker(t: TestContext, options: Partial<TlsOptions> = {}) {
  const authority = await OpensslAuthority.make(t);
  const server = await authority.issue('server', 'localhost', 'localhost');
  const broker = await createBroker();
  t.after(() => broker.close());
  const shared = { ...server, ca: authority.ca, port: 0, ...options };
  const { port } = await broker.listen({ ...shared, type: 'tls' });
  const { port: wssPort } = await broker.listen({ ...shared, type: 'wss' });
  return { broker, authority, port, wssPort };
}

function heard(broker: Broker): Promise<string> {
  return new Promise((resolve) => {
    broker.subscribe('#', ({ topic, payload }) => {
      resolve(`${topic}=${Buffer.from(payload).toString()}`);
    });
  });
}

function mosquittoPub(t: TestContext, port: number, ca: string, more: readonly string[]): Program {
  const to = ['-h', 'localhost', '-p', String(port), '-t', 't', '-m', 'm', '-q', '1'];
  return Program.start(t, 'mosquitto_pub', [...to, '--cafile', ca, ...more]);
}

for (const version of ['tlsv1.2', 'tlsv1.3']) {
  test(`mosquitto_pub publishes over ${version}`, async (t) => {
    const { broker, authority, port } = await secureBroker(t);
    const message = heard(broker);
    await mosquittoPub(t, port, authority.ca, ['--tls-version', version]).succeeds();
    assert.equal(await message, 't=m');
  });
}

test('mosquitto_pub publishes with --cert and --key, and only with them', async (t) => {
  const { broker, authority, port } = await secureBroker(t, { clientCertificate: 'require' });
  const { cert, key } = await authority.issue('client', 'sensor-1');
  const message = heard(broker);
  const shown = ['--cert', cert, '--key', key];
  await mosquittoPub(t, port, authority.ca, shown).succeeds();
  assert.equal(await message, 't=m');
  const { code } = await mosquittoPub(t, port, authority.ca, []).exit();
  assert.notEqual(code, 0);
  const stranger = await (await OpensslAuthority.make(t)).issue('client', 'sensor-1');
  const bad = ['--cert', stranger.cert, '--key', stranger.key];
  assert.notEqual((await mosquittoPub(t, port, authority.ca, bad).exit()).code, 0);
});

test('mosquitto_pub does not trust another name, nor another authority', async (t) => {
  const { authority, port } = await secureBroker(t);
  const other = await OpensslAuthority.make(t);
  for (const [host, ca] of [
    ['127.0.0.1', authority.ca],
    ['localhost', other.ca],
  ] as const) {
    const to = ['-h', host, '-p', String(port), '-t', 't', '-m', 'm', '--cafile', ca];
    const { code } = await Program.start(t, 'mosquitto_pub', to).exit();
    assert.notEqual(code, 0, host);
  }
});

test('mosquitto_pub without TLS is closed at once', async (t) => {
  const { port } = await secureBroker(t);
  const to = ['-h', 'localhost', '-p', String(port), '-t', 't', '-m', 'm'];
  const { code } = await Program.start(t, 'mosquitto_pub', to).exit();
  assert.notEqual(code, 0);
});

async function shownBy(authority: OpensslAuthority, pair: Pair): Promise<IClientOptions> {
  const [ca, cert, key] = await Promise.all(
    [authority.ca, pair.cert, pair.key].map((path) => readFile(path)),
  );
  return { ca: ca as Buffer, cert: cert as Buffer, key: key as Buffer, reconnectPeriod: 0 };
}

for (const scheme of ['mqtts', 'wss'] as const) {
  test(`MQTT.js publishes and hears over ${scheme}, with its certificate`, async (t) => {
    const secure = await secureBroker(t, { clientCertificate: 'require' });
    const { authority } = secure;
    const options = await shownBy(authority, await authority.issue('client', 'sensor-1'));
    const port = scheme === 'mqtts' ? secure.port : secure.wssPort;
    const tls = scheme === 'wss' ? { wsOptions: options } : {};
    const url = `${scheme}://localhost:${port}/mqtt`;
    const client = await connectAsync(url, { ...options, ...tls });
    t.after(() => client.endAsync(true));
    const message = new Promise<string>((resolve) => {
      client.on('message', (topic, payload) => resolve(`${topic}=${payload.toString()}`));
    });
    await client.subscribeAsync('t', { qos: 1 });
    await client.publishAsync('t', 'm', { qos: 1 });
    assert.equal(await message, 't=m');
  });
}
