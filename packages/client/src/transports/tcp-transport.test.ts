// needs: openssl
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import { Recorder } from './recorder.testing.js';
import { TcpTransport } from './tcp-transport.js';
import { selfSigned, tcpServer, tlsServer } from './test-servers.testing.js';
import { NO_OPTIONS, testTransport } from './transport.testing.js';

const certificate = await selfSigned();
const { open } = TcpTransport;

testTransport({
  name: 'TcpTransport over TCP',
  open,
  pausable: true,
  listen: tcpServer,
  nobody: new URL('mqtt://127.0.0.1:1'),
});

testTransport({
  name: 'TcpTransport over TLS',
  open,
  options: { tls: { ca: certificate.cert }, headers: {} },
  pausable: true,
  listen: (t) => tlsServer(t, certificate),
  nobody: new URL('mqtts://127.0.0.1:1'),
});

test('TcpTransport tells a certificate that is not trusted, with what to try', async (t) => {
  const { url } = await tlsServer(t, certificate);
  const recorder = new Recorder();
  open(url, recorder, NO_OPTIONS);
  await recorder.hears('closed');
  assert.deepEqual(recorder.told, ['closed']);
  assert.ok(recorder.error instanceof ClientError);
  assert.equal(recorder.error.code, 'certificate-refused');
  assert.ok(recorder.error.message.startsWith(`The certificate of ${url.host} is not trusted`));
});

for (const [does, act] of [
  ['hangs up', (stream: Duplex) => stream.end()],
  ['answers', (stream: Duplex) => stream.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
] as const) {
  test(`TcpTransport says that a server which ${does} speaks no TLS`, async (t) => {
    const { url, accept } = await tcpServer(t);
    const recorder = new Recorder();
    open(new URL(url.href.replace('mqtt:', 'mqtts:')), recorder, NO_OPTIONS);
    const stream = await accept();
    stream.once('data', () => act(stream));
    await recorder.hears('closed');
    assert.deepEqual(recorder.told, ['closed']);
    assert.match(recorder.error?.message ?? '', /: check that it speaks TLS on this port$/);
  });
}

test('TcpTransport takes any certificate with rejectUnauthorized: false', async (t) => {
  const { url } = await tlsServer(t, certificate);
  const recorder = new Recorder();
  const transport = open(url, recorder, { tls: { rejectUnauthorized: false }, headers: {} });
  t.after(() => transport.close(true));
  await recorder.hears('opened');
});

test('TcpTransport tells a key that cannot be read, and does not throw', async () => {
  const recorder = new Recorder();
  const tls = { key: 'no PEM', cert: 'no PEM' };
  const transport = open(new URL('mqtts://127.0.0.1:1'), recorder, { tls, headers: {} });
  assert.deepEqual(recorder.told, []);
  transport.close(true);
  await recorder.hears('closed');
  assert.deepEqual(recorder.told, ['closed']);
  assert.ok(recorder.error instanceof Error);
});

test('TcpTransport takes an IPv6 address in brackets', async () => {
  const recorder = new Recorder();
  open(new URL('mqtt://[::1]:1'), recorder, NO_OPTIONS);
  await recorder.hears('closed');
  assert.match(recorder.error?.message ?? '', /::1/);
});

test('TcpTransport connects from the address it is told', async (t) => {
  for (const server of [await tcpServer(t), await tlsServer(t, certificate)]) {
    const recorder = new Recorder();
    const tls = { ca: certificate.cert };
    const transport = open(server.url, recorder, { tls, localAddress: '127.0.0.7' });
    t.after(() => transport.close(true));
    const { remoteAddress } = (await server.accept()) as Socket;
    assert.equal(remoteAddress, '127.0.0.7');
  }
});

test('TcpTransport connects to a Unix socket', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-unix-'));
  const server = createServer((socket) => socket.end('hello'));
  t.after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const socketPath = join(folder, 'socket');
  server.listen(socketPath);
  await once(server, 'listening');
  const recorder = new Recorder();
  const transport = open(new URL('mqtt://localhost'), recorder, { socketPath });
  t.after(() => transport.close(true));
  await recorder.hears('closed');
  assert.deepEqual(recorder.told, ['opened', 'closed']);
  assert.equal(Buffer.from(recorder.bytes).toString(), 'hello');
});

test('TcpTransport tells an address to connect from that is not there', async () => {
  const recorder = new Recorder();
  open(new URL('mqtt://127.0.0.1:1'), recorder, { localAddress: '192.0.2.1' });
  await recorder.hears('closed');
  assert.match(recorder.error?.message ?? '', /EADDRNOTAVAIL/);
});
