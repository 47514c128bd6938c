// needs: openssl
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import { openNodeWebSocket, type WebSocketMaker } from './node-web-socket.js';
import { Recorder } from './recorder.testing.js';
import { selfSigned, webSocketServer } from './test-servers.testing.js';
import { NO_OPTIONS, testTransport } from './transport.testing.js';

const certificate = await selfSigned();

testTransport({
  name: 'openNodeWebSocket() by ws',
  open: openNodeWebSocket,
  pausable: true,
  listen: webSocketServer,
  nobody: new URL('ws://127.0.0.1:1'),
});

testTransport({
  name: 'openNodeWebSocket() by ws over TLS',
  open: openNodeWebSocket,
  options: { tls: { ca: certificate.cert }, headers: {} },
  pausable: true,
  listen: (t) => webSocketServer(t, certificate),
  nobody: new URL('wss://127.0.0.1:1'),
});

const { WebSocket: own } = globalThis as { readonly WebSocket?: unknown };
if (own !== undefined) {
  const sources = { ws: notInstalled, own: own as WebSocketMaker };
  testTransport({
    name: 'openNodeWebSocket() by the WebSocket of Node.js',
    open: (server, handler, options) => openNodeWebSocket(server, handler, options, sources),
    pausable: false,
    listen: webSocketServer,
    nobody: new URL('ws://127.0.0.1:1'),
  });
}

test('openNodeWebSocket() says what to install where there is no WebSocket', async () => {
  const recorder = new Recorder();
  const sources = { ws: notInstalled, own: undefined };
  openNodeWebSocket(new URL('ws://127.0.0.1:1'), recorder, NO_OPTIONS, sources);
  await recorder.hears('closed');
  assert.deepEqual(recorder.told, ['closed']);
  assert.equal(recorder.error?.message, 'this Node.js has no WebSocket: install the package ws');
});

test('openNodeWebSocket() tells a certificate that is not trusted', async (t) => {
  const { url } = await webSocketServer(t, certificate);
  const recorder = new Recorder();
  openNodeWebSocket(url, recorder, NO_OPTIONS);
  await recorder.hears('closed');
  assert.ok(recorder.error instanceof ClientError);
  assert.equal(recorder.error.code, 'certificate-refused');
});

test('openNodeWebSocket() asks for the subprotocol and sends no password in the URL', async () => {
  const made: unknown[][] = [];
  class Maker {
    binaryType = '';
    readonly bufferedAmount = 0;
    constructor(...args: unknown[]) {
      made.push(args);
    }
    addEventListener(): void {}
    send(): void {}
    close(): void {}
  }
  const sources = { ws: () => Promise.resolve(Maker as WebSocketMaker), own: undefined };
  const headers = { 'x-tenant': 'one' };
  const tls = { rejectUnauthorized: false };
  const server = new URL('wss://user:secret@host/mqtt?q=1');
  openNodeWebSocket(server, new Recorder(), { tls, headers }, sources);
  while (made.length === 0) await Promise.resolve();
  const options = { rejectUnauthorized: false, headers, perMessageDeflate: false };
  assert.deepEqual(made, [['wss://host/mqtt?q=1', ['mqtt'], options]]);
});

function notInstalled(): Promise<never> {
  return Promise.reject(new Error("Cannot find package 'ws'"));
}

test('openNodeWebSocket() hands ws the address to connect from', async (t) => {
  const addresses: (string | undefined)[] = [];
  const server = createServer();
  server.on('upgrade', ({ socket }) => {
    addresses.push(socket.remoteAddress);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const recorder = new Recorder();
  openNodeWebSocket(url, recorder, { localAddress: '127.0.0.7' });
  await recorder.hears('closed');
  assert.deepEqual(addresses, ['127.0.0.7']);
});

test('openNodeWebSocket() says that there is no way over a Unix socket', async () => {
  const recorder = new Recorder();
  openNodeWebSocket(new URL('ws://127.0.0.1:1'), recorder, { socketPath: '/nowhere' });
  await recorder.hears('closed');
  assert.equal(recorder.error?.message, 'a WebSocket has no socketPath: use mqtt://');
});

test('openNodeWebSocket() says that an address to connect from needs ws', async () => {
  const recorder = new Recorder();
  const own = function WebSocket() {} as unknown as WebSocketMaker;
  const sources = { ws: notInstalled, own };
  const options = { localAddress: '127.0.0.7' };
  openNodeWebSocket(new URL('ws://127.0.0.1:1'), recorder, options, sources);
  await recorder.hears('closed');
  assert.match(recorder.error?.message ?? '', /has no localAddress: install the package ws$/);
});
