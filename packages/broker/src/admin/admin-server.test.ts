import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { silentLogger } from '../observe/logger.js';
import { type AdminServer, startAdminServer } from './admin-server.js';

async function start(t: TestContext): Promise<AdminServer> {
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    log: silentLogger,
    source: { notReady: () => undefined, metrics: () => [] },
  });
  t.after(() => server.close());
  return server;
}

/** Sends raw bytes and reads until the server closes. */
async function exchange({ port }: AdminServer, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return text(socket);
}

test('startAdminServer() tells the address it really has', async (t) => {
  const server = await start(t);
  assert.equal(server.host, '127.0.0.1');
  assert.ok(server.port > 0);
  const response = await fetch(`http://127.0.0.1:${server.port}/health/ready`);
  assert.equal(await response.text(), 'ready\n');
});

test('startAdminServer() rejects with the system error when the port is taken', async (t) => {
  const { port } = await start(t);
  const again = startAdminServer({
    host: '127.0.0.1',
    port,
    version: '',
    log: silentLogger,
    source: { notReady: () => undefined, metrics: () => [] },
  });
  await assert.rejects(again, { code: 'EADDRINUSE' });
});

test('startAdminServer() leaves the global Request and Response alone', async (t) => {
  const before = [globalThis.Request, globalThis.Response];
  await start(t);
  assert.deepEqual([globalThis.Request, globalThis.Response], before);
});

const refused: [rule: string, request: string, expected: RegExp][] = [
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(9000)}\r\n\r\n`,
    /431/,
  ],
  ['what is no HTTP', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00\r\n\r\n', /400/],
  [
    'a body, without reading it',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nx',
    /405/,
  ],
];
for (const [rule, request, status] of refused) {
  test(`startAdminServer() refuses ${rule} and closes`, async (t) => {
    const answer = await exchange(await start(t), request);
    assert.match(answer.split('\r\n')[0] ?? '', status);
  });
}

test('AdminServer.close() ends connections that are open, and can be called again', async (t) => {
  const server = await start(t);
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket.resume(), 'close');
  await Promise.all([server.close(), server.close(), closed]);
});
