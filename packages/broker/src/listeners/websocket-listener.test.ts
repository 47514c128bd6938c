import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createConnection, Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { type Packet, Publish } from '@magpie/protocol';
import { WebSocket } from 'ws';
import { createBroker } from '../broker.js';
import { bytesOf, connectOf, subscribeTo } from '../connection/connection-world.testing.js';
import { Recorder } from './recorder.testing.js';
import { pattern, readToEnd } from './tcp-world.testing.js';
import { WebSocketListener } from './websocket-listener.js';
import { upgrade, WebSocketWorld } from './websocket-world.testing.js';

const HOST = '127.0.0.1';
const OPTIONS = { host: HOST, port: 0, path: '/mqtt', messageBytesMax: () => 1000 };

test('WebSocketListener.listen() tells the address it really has', async (t) => {
  const listener = new WebSocketListener(OPTIONS);
  t.after(() => listener.close());
  const { type, host, port } = await listener.listen(() => {});
  assert.deepEqual([type, host], ['ws', HOST]);
  assert.ok(port > 0 && port < 65_536);
});

const paths: readonly (readonly [listensAt: string, asked: string])[] = [
  ['/mqtt', '/mqtt'],
  ['/mqtt', '/mqtt?token=1'],
  ['/', '/'],
  ['/a/b', '/a/b'],
];
for (const [path, asked] of paths) {
  test(`WebSocketListener at ${path} accepts ${asked} with the subprotocol mqtt`, async (t) => {
    const world = await WebSocketWorld.listening(t, { path });
    const client = world.client({ path: asked, offers: ['other', 'mqtt'] });
    await once(client, 'open');
    assert.equal(client.protocol, 'mqtt');
    assert.equal(client.extensions, ''); // compression would cost memory per connection
    assert.equal((await world.accepted()).remoteAddress, HOST);
    assert.equal(world.unclaimed.length, 0);
  });
}

const refusals: { what: string; path?: string; offers?: string[]; code: number; why: RegExp }[] = [
  { what: 'another path', path: '/other', code: 404, why: /\/mqtt/ },
  { what: 'a path that begins the same', path: '/mqtt/x', code: 404, why: /\/mqtt/ },
  { what: 'the path of a file', path: '/', code: 404, why: /\/mqtt/ },
  { what: 'no subprotocol', offers: [], code: 400, why: /subprotocol must be mqtt/ },
  { what: 'others', offers: ['mqttv3.1', 'MQTT'], code: 400, why: /subprotocol must be mqtt/ },
];
for (const { what, code, why, ...handshake } of refusals) {
  test(`WebSocketListener refuses ${what} with ${code}, and says why`, async (t) => {
    const world = await WebSocketWorld.listening(t);
    const client = world.client(handshake);
    client.on('error', () => {}); // the refusal, once more
    const [, response] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
    assert.equal(response.statusCode, code);
    assert.match(String(await readToEnd(response as unknown as Socket)), why);
    assert.equal(world.unclaimed.length, 0);
  });
}

const PAGES = ['https://a.example', 'http://localhost:3000'];
const origins: [origins: string[] | undefined, origin: string | undefined, welcome: boolean][] = [
  [undefined, 'https://evil.example', true],
  [PAGES, undefined, true],
  [PAGES, 'https://a.example', true],
  [PAGES, 'HTTPS://A.EXAMPLE', true],
  [PAGES, 'http://localhost:3000', true],
  [PAGES, 'http://a.example', false],
  [PAGES, 'https://a.example:8443', false],
  [PAGES, 'https://a.example.evil.example', false],
  [PAGES, 'null', false],
  [PAGES, '', false],
  [[], 'https://a.example', false],
];
for (const [given, origin, welcome] of origins) {
  test(`WebSocketListener for ${String(given)} and a page of ${origin}: ${welcome}`, async (t) => {
    const world = await WebSocketWorld.listening(t, { origins: given });
    const socket = await world.socket();
    socket.write(upgrade({ Origin: origin }));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(String(answer), welcome ? /^HTTP\/1\.1 101 / : /^HTTP\/1\.1 403 /);
    assert.equal(world.unclaimed.length, welcome ? 1 : 0);
  });
}

test('WebSocketListener tells a browser that this is no web page', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const asked = request({ host: HOST, port: world.port, path: '/mqtt' });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 426);
  assert.equal(response.headers.upgrade, 'websocket'); // RFC 9110, 15.5.22
  assert.match(String(await readToEnd(response as unknown as Socket)), /MQTT over WebSocket/);
  assert.equal(world.unclaimed.length, 0);
});

const noUpgrades: { what: string; bytes: string; answer: RegExp }[] = [
  {
    what: 'MQTT without WebSocket',
    bytes: '\x10\x0c\x00\x04MQTT\x04\x02\r\n\r\n',
    answer: /^HTTP\S+ 400/,
  },
  {
    what: 'headers without end',
    bytes: `GET /mqtt HTTP/1.1\r\n${'X-Long: 1234567890\r\n'.repeat(2000)}`,
    answer: /^HTTP\S+ 431/,
  },
  { what: 'no key', bytes: upgrade({ 'Sec-WebSocket-Key': undefined }), answer: /^HTTP\S+ 400/ },
  {
    what: 'another version',
    bytes: upgrade({ 'Sec-WebSocket-Version': '12' }),
    answer: /^HTTP\S+ 400/,
  },
  { what: 'another upgrade', bytes: upgrade({ Upgrade: 'h2c' }), answer: /^HTTP\S+ 400/ },
  { what: 'POST', bytes: upgrade().replace('GET', 'POST'), answer: /^HTTP\S+ 405/ },
];
for (const { what, bytes, answer } of noUpgrades) {
  test(`WebSocketListener answers ${what} and closes, and goes on`, async (t) => {
    const world = await WebSocketWorld.listening(t);
    const socket = await world.socket();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write(bytes, 'latin1');
    await once(socket, 'close');
    assert.match(String(Buffer.concat(chunks)), answer);
    assert.equal(world.unclaimed.length, 0);
    await world.pair();
  });
}

test('WebSocketListener hands on what came behind the handshake', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const socket = await world.socket();
  socket.write(Buffer.concat([Buffer.from(upgrade()), Buffer.from('828100000000' + '61', 'hex')]));
  const server = new Recorder(await world.accepted());
  await server.until(() => server.text === 'a');
});

test('WebSocketListener takes 100 connections at once', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const clients = Array.from({ length: 100 }, () => world.client());
  await Promise.all(clients.map((client) => once(client, 'open')));
  for (let count = 0; count < clients.length; count++) await world.accepted();
});

test('WebSocketListener may be one of several', async (t) => {
  const [one, other] = [
    await WebSocketWorld.listening(t),
    await WebSocketWorld.listening(t, { path: '/other' }),
  ];
  await Promise.all([once(one.client(), 'open'), once(other.client({ path: '/other' }), 'open')]);
  await Promise.all([one.accepted(), other.accepted()]);
  await one.listener.close();
  await once(other.client({ path: '/other' }), 'open');
});

test('WebSocketListener.listen() rejects when the port is taken', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const listener = new WebSocketListener({ ...OPTIONS, port: world.port });
  await assert.rejects(
    listener.listen(() => {}),
    { code: 'EADDRINUSE' },
  );
  await listener.close();
});

for (const [given, expected] of [
  [7, 7],
  [undefined, 511],
] as const) {
  test(`WebSocketListener.listen() asks for a backlog of ${expected}`, async (t) => {
    const { mock } = t.mock.method(Server.prototype, 'listen');
    const world = await WebSocketWorld.listening(t, given === undefined ? {} : { backlog: given });
    assert.ok(world.port > 0);
    const options: unknown = mock.calls[0]?.arguments[0];
    assert.deepEqual(options, { host: HOST, port: 0, backlog: expected });
  });
}

test('WebSocketListener.close() frees the port and leaves connections alone', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const { client, server } = await world.pair();
  await world.listener.close();
  client.send(Buffer.from('still here'));
  await server.until(() => server.text === 'still here');
  const again = await WebSocketWorld.listening(t, { port: world.port });
  assert.equal(again.port, world.port);
});

for (const [what, bytes] of [
  ['nothing', ''],
  ['half a request', 'GET /mqtt HTTP/1.1\r\nHost: '],
] as const) {
  test(`WebSocketListener.close() ends connections that have sent ${what}`, async (t) => {
    const world = await WebSocketWorld.listening(t);
    const socket = await world.socket();
    socket.resume();
    if (bytes !== '') socket.write(bytes);
    await world.pair(); // what came before it has been read
    await world.listener.close();
    await once(socket, 'close');
  });
}

test('WebSocketListener.close() before it listened does nothing', async () => {
  await new WebSocketListener(OPTIONS).close();
});

// A broker on it

/** A client of MQTT, over WebSocket or TCP. */
interface MqttClient {
  send(...packets: readonly Packet[]): void;
  /** Resolves when this many bytes have come in all. */
  bytes(count: number): Promise<Buffer>;
}

/** Keeps bytes, and lets one wait for them. */
class Collector {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #wake: () => void = () => {};

  readonly add = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake();
  };

  readonly bytes = async (count: number): Promise<Buffer> => {
    while (this.#bytes < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return Buffer.concat(this.#chunks);
  };
}

const CONNACK = bytesOf([{ type: 'connack', sessionPresent: false, returnCode: 0 }]);

test('WebSocketListener carries 20 messages of 1 MiB, to clients of TCP too', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const [ws, tcp] = [
    await broker.listen({ type: 'ws', port: 0 }),
    await broker.listen({ type: 'tcp', port: 0 }),
  ];
  const overWebSocket = async (): Promise<MqttClient> => {
    const client = new WebSocket(`ws://${HOST}:${ws.port}/mqtt`, 'mqtt');
    t.after(() => client.terminate());
    const { add, bytes } = new Collector();
    client.on('message', add);
    await once(client, 'open');
    return { bytes, send: (...packets) => client.send(bytesOf(packets)) };
  };
  const overTcp = async (): Promise<MqttClient> => {
    const socket = createConnection({ port: tcp.port, host: HOST });
    t.after(() => socket.destroy());
    const { add, bytes } = new Collector();
    socket.on('data', add);
    return { bytes, send: (...packets) => void socket.write(bytesOf(packets)) };
  };
  const clients = [await overWebSocket(), await overTcp()];
  for (const [index, client] of clients.entries()) {
    client.send(connectOf({ clientId: String(index) }), subscribeTo('#'));
    await client.bytes(CONNACK.length + 5);
  }
  const publisher = await overWebSocket();
  publisher.send(connectOf({ clientId: 'publisher' }));
  await publisher.bytes(CONNACK.length);
  const messages = Array.from({ length: 20 }, (_, number) =>
    Publish.of({ topic: 't', payload: pattern(1_048_576, number) }),
  );
  for (const message of messages) publisher.send(message);
  const expected = bytesOf(messages);
  for (const client of clients) {
    const all = await client.bytes(CONNACK.length + 5 + expected.length);
    assert.ok(all.subarray(CONNACK.length + 5).equals(expected));
  }
});
