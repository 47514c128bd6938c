import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { Transport } from '../connection/transport.js';
import { WebSocketListener } from './websocket-listener.js';

/** A listener on a free port, and the transports that it accepted. */
async function listening(t: TestContext, { path = '/mqtt', messageBytesMax = 100_000 } = {}) {
  const accepted: Transport[] = [];
  const listener = new WebSocketListener({ host: '127.0.0.1', port: 0, path, messageBytesMax });
  const address = await listener.listen((transport) => accepted.push(transport));
  t.after(async () => {
    for (const transport of accepted) transport.destroy();
    await listener.close();
  });
  return { listener, address, accepted };
}

test('WebSocketListener.listen() tells the address it really has', async (t) => {
  const { address } = await listening(t);
  assert.equal(address.type, 'ws');
  assert.equal(address.host, '127.0.0.1');
  assert.ok(address.port > 0);
});

const paths: readonly (readonly [listensAt: string, asked: string])[] = [
  ['/mqtt', '/mqtt'],
  ['/mqtt', '/mqtt?token=1'],
  ['/', '/'],
  ['/a/b', '/a/b'],
];
for (const [path, asked] of paths) {
  test(`WebSocketListener at ${path} accepts ${asked} with the subprotocol mqtt`, async (t) => {
    const { address, accepted } = await listening(t, { path });
    const client = new WebSocket(`ws://127.0.0.1:${address.port}${asked}`, ['other', 'mqtt']);
    await once(client, 'open');
    assert.equal(client.protocol, 'mqtt');
    assert.equal(accepted.length, 1);
    assert.equal(accepted[0]?.remoteAddress, '127.0.0.1');
    client.terminate();
  });
}

const refusals: readonly (readonly [
  what: string,
  path: string,
  offered: string[],
  code: number,
])[] = [
  ['another path', '/other', ['mqtt'], 404],
  ['a path that only begins the same', '/mqtt/x', ['mqtt'], 404],
  ['no subprotocol', '/mqtt', [], 400],
  ['another subprotocol', '/mqtt', ['mqttv3.1', 'MQTT'], 400],
];
for (const [what, path, offered, code] of refusals) {
  test(`WebSocketListener refuses ${what} with ${code}, and says why`, async (t) => {
    const { address, accepted } = await listening(t);
    const client = new WebSocket(`ws://127.0.0.1:${address.port}${path}`, offered);
    client.on('error', () => {}); // the refusal, once more
    const refusal = await once(client, 'unexpected-response');
    const [, response] = refusal as [ClientRequest, IncomingMessage];
    assert.equal(response.statusCode, code);
    const [body] = (await once(response, 'data')) as [Buffer];
    assert.match(String(body), code === 404 ? /\/mqtt/ : /subprotocol must be mqtt/);
    assert.equal(accepted.length, 0);
    client.terminate();
  });
}

test('WebSocketListener tells a browser that this is no web page', async (t) => {
  const { address, accepted } = await listening(t);
  const asked = request({ host: '127.0.0.1', port: address.port, path: '/mqtt' });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 426);
  response.resume();
  await once(response, 'end');
  assert.equal(accepted.length, 0);
});

const noUpgrades: readonly (readonly [what: string, bytes: string])[] = [
  ['what is no HTTP', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00\r\n\r\n'],
  ['headers without end', `GET /mqtt HTTP/1.1\r\n${'X-Long: 1234567890\r\n'.repeat(2000)}`],
  [
    'an upgrade without a key',
    'GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
      + 'Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Version: 13\r\n\r\n',
  ],
];
for (const [what, bytes] of noUpgrades) {
  test(`WebSocketListener closes on ${what}, and goes on`, async (t) => {
    const { address, accepted } = await listening(t);
    const socket = connect(address.port, '127.0.0.1');
    socket.on('error', () => {}); // a reset is an end too
    socket.write(bytes, 'latin1');
    socket.resume();
    await once(socket, 'close');
    assert.equal(accepted.length, 0);
    const client = new WebSocket(`ws://127.0.0.1:${address.port}/mqtt`, 'mqtt');
    await once(client, 'open');
    client.terminate();
  });
}

test('WebSocketListener.listen() rejects when the port is taken', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const taken = server.address();
  assert.ok(typeof taken === 'object' && taken !== null);
  const listener = new WebSocketListener({
    host: '127.0.0.1',
    port: taken.port,
    path: '/mqtt',
    messageBytesMax: 1000,
  });
  await assert.rejects(
    listener.listen(() => {}),
    { code: 'EADDRINUSE' },
  );
});

test('WebSocketListener.close() frees the port and leaves connections alone', async (t) => {
  const { listener, address } = await listening(t);
  const client = new WebSocket(`ws://127.0.0.1:${address.port}/mqtt`, 'mqtt');
  await once(client, 'open');
  await listener.close();
  assert.equal(client.readyState, WebSocket.OPEN);
  const again = new WebSocketListener({
    host: '127.0.0.1',
    port: address.port,
    path: '/mqtt',
    messageBytesMax: 1000,
  });
  assert.equal((await again.listen(() => {})).port, address.port);
  await again.close();
  client.terminate();
});
