import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { Publish } from '@magpie/protocol';
import { WebSocket } from 'ws';
import type { Credentials } from '../auth/authenticator.js';
import { type Broker, createBroker } from '../broker.js';
import { bytesOf, connectOf, subscribeTo } from '../connection/connection-world.testing.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { pattern } from './tcp-world.testing.js';
import { TestAuthority, TestFiles } from './tls/test-authority.testing.js';

/** A broker with the listeners tls and wss, and what its clients trust. */
async function secureBroker(t: TestContext) {
  const root = await TestAuthority.root();
  const files = await TestFiles.make(t);
  const server = await root.issue({
    names: [{ type: 'dns', value: 'localhost' }],
    usage: 'server',
  });
  const shared = {
    ...(await files.pair('server', server)),
    ca: await files.write('ca.crt', root.certificate),
    clientCertificate: 'request',
    port: 0,
  } as const;
  const asked: Credentials[] = [];
  const broker = await createBroker({
    authenticator: {
      authenticate(credentials) {
        asked.push(credentials);
        return { allowed: true };
      },
    },
  });
  t.after(() => broker.close());
  const tls = await broker.listen({ type: 'tls', ...shared });
  const wss = await broker.listen({ type: 'wss', ...shared });
  const { cert, key } = await root.issue({ commonName: 'c' });
  return { broker, asked, tls, wss, trust: { ca: root.certificate, cert, key } };
}

type Secure = Awaited<ReturnType<typeof secureBroker>>;

async function overTls(t: TestContext, { tls, trust }: Secure): Promise<TLSSocket> {
  const socket = connect({ port: tls.port, host: '127.0.0.1', servername: 'localhost', ...trust });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function overWss(t: TestContext, { wss, trust }: Secure): Promise<WebSocket> {
  const url = `wss://localhost:${wss.port}/mqtt`;
  const client = new WebSocket(url, 'mqtt', { ...trust, family: 4 });
  t.after(() => client.terminate());
  await once(client, 'open');
  return client;
}

/** Resolves with the first bytes when there are enough. */
function received(client: TLSSocket | WebSocket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    client.on(client instanceof WebSocket ? 'message' : 'data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= count) resolve(Buffer.concat(chunks));
    });
  });
}

function messageHeard(broker: Broker): Promise<string> {
  return new Promise((resolve) => {
    broker.subscribe('#', ({ topic, payload }) => {
      resolve(`${topic}=${Buffer.from(payload).toString()}`);
    });
  });
}

test('TlsListener and WebSocketListener tell the address they really have', async (t) => {
  const { tls, wss } = await secureBroker(t);
  assert.deepEqual([tls.type, tls.host], ['tls', '127.0.0.1']);
  assert.deepEqual([wss.type, wss.host], ['wss', '127.0.0.1']);
  assert.notEqual(tls.port, wss.port);
});

for (const way of ['tls', 'wss'] as const) {
  test(`${way}: the authenticator sees the certificate, and messages come`, async (t) => {
    const secure = await secureBroker(t);
    const heard = messageHeard(secure.broker);
    const bytes = bytesOf([
      connectOf({ clientId: 'x' }),
      Publish.of({ topic: 't', payload: Buffer.from('m') }),
    ]);
    if (way === 'tls') (await overTls(t, secure)).write(bytes);
    else (await overWss(t, secure)).send(bytes);
    assert.equal(await heard, 't=m');
    const [credentials] = secure.asked;
    assert.deepEqual(credentials?.certificate?.commonNames, ['c']);
    assert.equal(credentials.address, '127.0.0.1');
  });

  test(`${way}: 12 messages of 1 MiB come whole to a client that reads`, async (t) => {
    const secure = await secureBroker(t);
    const client = way === 'tls' ? await overTls(t, secure) : await overWss(t, secure);
    const messages = Array.from({ length: 12 }, (_, number) =>
      Publish.of({ topic: 't', payload: pattern(1_048_576, number) }),
    );
    const expected = bytesOf(messages);
    const answers = 4 + 5;
    const all = received(client, answers + expected.length);
    const subscribed = new Promise<void>((resolve) => {
      secure.broker.on('subscribed', () => resolve());
    });
    const first = bytesOf([connectOf({ clientId: 'x' }), subscribeTo('#')]);
    if (client instanceof WebSocket) client.send(first);
    else client.write(first);
    await subscribed;
    for (const { topic, payload } of messages) await secure.broker.publish({ topic, payload });
    assert.ok((await all).subarray(answers).equals(expected));
  });
}

test('wss: a client that has shaken hands and says nothing more is closed', async (t) => {
  const root = await TestAuthority.root();
  const files = await TestFiles.make(t);
  const pair = await files.pair('server', await root.issue({ usage: 'server' }));
  const clock = new ManualClock({ turns: 'by themselves' });
  const broker = await createBroker({ clock });
  t.after(() => broker.close());
  const { port } = await broker.listen({ type: 'wss', port: 0, ...pair });
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  t.after(() => socket.destroy());
  socket.resume();
  await once(socket, 'secureConnect');
  socket.write('GET /mqtt HTTP/1.1\r\n');
  while (!socket.closed) {
    clock.advance(1000); // the server ends its half of the handshake a moment after the client
    await new Promise(setImmediate);
  }
});
