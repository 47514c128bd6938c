import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  ByteReader,
  type Connect,
  decode,
  encode,
  Framer,
  PACKET_BYTES_MAX,
  type Packet,
  Publish,
} from '@magpie/protocol';
import { type Broker, createBroker } from '../broker.js';
import { connectOf } from '../connection/connection-world.testing.js';
import { IoArena } from '../connection/io-arena.js';
import { type ConnectionHandle, SocketTransport } from './socket-transport.js';
import { TcpListener } from './tcp-listener.js';
import { pattern, TcpWorld, WAYS, type Way } from './tcp-world.testing.js';

const HOST = '127.0.0.1';

/** Resolves with the code of the error, or `connected`. */
async function tryToConnect(t: TestContext, port: number): Promise<string> {
  const socket = createConnection({ port, host: HOST });
  t.after(() => socket.destroy());
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

for (const way of WAYS) {
  const name = `TcpListener, ${way.way},`;

  test(`${name} tells where it listens`, async (t) => {
    const arena = new IoArena();
    const listener = new TcpListener({ host: HOST, port: 0 }, arena, way.onHandle);
    t.after(() => listener.close());
    const { type, host, port } = await listener.listen(() => {});
    assert.deepEqual([type, host], ['tcp', HOST]);
    assert.ok(port > 0 && port < 65_536);
    assert.equal(await tryToConnect(t, port), 'connected');
  });

  test(`${name} hands every connection on, unread`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const client = await world.client();
    client.write('abc');
    const transport = await world.accepted();
    await world.settled();
    let text = '';
    const all = new Promise<void>((resolve) => {
      transport.start({
        receive: (source, start, end) => {
          text += Buffer.from(source.subarray(start, end)).toString();
          if (text.length === 3) resolve();
        },
        drained: () => {},
        failed: () => {},
        closed: () => {},
      });
    });
    await all;
    assert.equal(text, 'abc');
  });

  test(`${name} takes 200 connections at once`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const clients = Array.from({ length: 200 }, () => world.client());
    for (let count = 0; count < 200; count++) await world.accepted();
    assert.equal((await Promise.all(clients)).length, 200);
  });

  test(`${name} frees the port when it is closed, connections stay`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    await world.listener.close();
    assert.equal(await tryToConnect(t, world.port), 'ECONNREFUSED');
    client.write('still here');
    await server.until(() => server.text === 'still here');
    const again = await TcpWorld.listening(t, way, { port: world.port });
    assert.equal(again.port, world.port);
  });

  test(`${name} has small packets leave at once and dead peers found`, async (t) => {
    const asked: string[] = [];
    const spying: Way = {
      way: way.way,
      onHandle: (handle, arena) => {
        for (const method of ['setNoDelay', 'setKeepAlive'] as const) {
          t.mock.method(handle as Required<ConnectionHandle>, method, (...values: unknown[]) => {
            asked.push(`${method} ${values.join()}`);
          });
        }
        return way.onHandle(handle, arena);
      },
    };
    const world = await TcpWorld.listening(t, spying);
    await world.pair();
    assert.deepEqual(asked.toSorted(), ['setKeepAlive true,60', 'setNoDelay true']);
  });
}

test('TcpListener.listen() rejects when the port is taken', async (t) => {
  const world = await TcpWorld.listening(t, WAYS[0]!);
  const other = new TcpListener({ host: HOST, port: world.port }, world.arena);
  await assert.rejects(
    other.listen(() => assert.fail('connected')),
    { code: 'EADDRINUSE' },
  );
  await other.close();
  await world.pair(); // the first one is not touched
});

test('TcpListener.listen() rejects for an address that is not here', async () => {
  const listener = new TcpListener({ host: '192.0.2.1', port: 0 }, new IoArena());
  await assert.rejects(
    listener.listen(() => {}),
    { code: 'EADDRNOTAVAIL' },
  );
  await listener.close();
});

for (const [given, expected] of [
  [7, 7],
  [undefined, 511],
] as const) {
  test(`TcpListener.listen() asks for a backlog of ${expected}`, async (t) => {
    const { mock } = t.mock.method(Server.prototype, 'listen');
    const backlog = given === undefined ? {} : { backlog: given };
    const world = await TcpWorld.listening(t, WAYS[0]!, backlog);
    assert.ok(world.port > 0);
    const options: unknown = mock.calls[0]?.arguments[0];
    assert.deepEqual(options, { host: HOST, port: 0, backlog: expected });
  });
}

test('TcpListener.close() before it listened does nothing', async () => {
  await new TcpListener({ host: HOST, port: 0 }, new IoArena()).close();
});

test('TcpListener takes connections the documented way from an unknown handle', async (t) => {
  const way: Way = {
    way: 'no shared buffer',
    onHandle: (handle, arena) => {
      handle.useUserBuffer = undefined as never;
      return SocketTransport.onHandle(handle, arena);
    },
  };
  const world = await TcpWorld.listening(t, way);
  const { client, server } = await world.pair();
  client.write('abc');
  await server.until(() => server.text === 'abc');
  assert.notEqual(server.source, world.arena.buffer);
});

// A broker on it

/** A client of MQTT on a socket. */
class MqttClient {
  readonly socket: Socket;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #reader = new ByteReader();
  readonly #packets: Packet[] = [];
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#framer.feed(chunk, 0, chunk.length);
      while (this.#framer.next()) {
        this.#packets.push(decode(this.#framer, 4, this.#reader));
      }
      this.#wake();
    });
  }

  send(...packets: readonly Packet[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => encode(packet, 4))));
  }

  async next(): Promise<Packet> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined) return packet;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

interface BrokerWorld {
  readonly broker: Broker;
  readonly port: number;
  /** A connected client. @param before What a proxy says first. */
  connect(fields: Partial<Connect>, before?: Uint8Array): Promise<MqttClient>;
}

async function brokerWorld(
  t: TestContext,
  way: Way,
  options: { proxyProtocol?: boolean } = {},
): Promise<BrokerWorld> {
  const broker = await createBroker();
  t.after(() => broker.close());
  const listener = new TcpListener(
    { host: HOST, port: 0, ...options },
    new IoArena(),
    way.onHandle,
  );
  const { port } = await broker.listen(listener);
  const connect = async (fields: Partial<Connect>, before?: Uint8Array): Promise<MqttClient> => {
    const socket = createConnection({ port, host: HOST, noDelay: true });
    t.after(() => socket.destroy());
    const client = new MqttClient(socket);
    if (before !== undefined) socket.write(before);
    client.send(connectOf(fields));
    assert.deepEqual(await client.next(), {
      type: 'connack',
      sessionPresent: false,
      returnCode: 0,
    });
    return client;
  };
  return { broker, port, connect };
}

const V1_HEADER = Buffer.from('PROXY TCP6 2001:db8::7 2001:db8::1 56324 1883\r\n');
const V2_HEADER = Buffer.from('0d0a0d0a000d0a515549540a2111000cc6336407c0000201dc04075b', 'hex');

for (const way of WAYS) {
  const name = `TcpListener, ${way.way},`;

  test(`${name} carries 20 messages of 1 MiB from client to client`, async (t) => {
    const { connect } = await brokerWorld(t, way);
    const subscriber = await connect({ clientId: 's' });
    const publisher = await connect({ clientId: 'p' });
    subscriber.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 1 }] });
    assert.equal((await subscriber.next()).type, 'suback');
    const payloads = Array.from({ length: 20 }, (_, number) => pattern(1_048_576, number));
    for (const [index, payload] of payloads.entries()) {
      publisher.send(Publish.of({ topic: 't', payload, qos: 1, packetId: index + 1 }));
    }
    for (const [index, payload] of payloads.entries()) {
      const packet = await subscriber.next();
      assert.ok(packet instanceof Publish);
      assert.ok(Buffer.from(packet.payload).equals(payload), `message ${index}`);
      subscriber.send({ type: 'puback', packetId: packet.packetId });
      assert.deepEqual(await publisher.next(), { type: 'puback', packetId: index + 1 });
    }
  });

  test(`${name} publishes the will of a client that is reset`, async (t) => {
    const { broker, connect } = await brokerWorld(t, way);
    const subscriber = await connect({ clientId: 's' });
    subscriber.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 0 }] });
    assert.equal((await subscriber.next()).type, 'suback');
    const will = { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false } as const;
    const client = await connect({ clientId: 'c', will });
    client.socket.resetAndDestroy();
    const packet = await subscriber.next();
    assert.ok(packet instanceof Publish);
    assert.equal(packet.topic, 'will');
    assert.equal(broker.gauges().connections, 1);
  });

  for (const [version, header, address] of [
    [1, V1_HEADER, '2001:db8::7'],
    [2, V2_HEADER, '198.51.100.7'],
  ] as const) {
    test(`${name} behind a proxy of version ${version} knows the client's address`, async (t) => {
      const { broker, connect } = await brokerWorld(t, way, { proxyProtocol: true });
      const addresses: string[] = [];
      broker.on('connected', ({ client }) => addresses.push(client.address));
      await connect({ clientId: 'c' }, header);
      assert.deepEqual(addresses, [address]);
    });
  }

  test(`${name} behind a proxy closes who comes past it`, async (t) => {
    const world = await TcpWorld.listening(t, way, { proxyProtocol: true });
    const { client, server } = await world.pair();
    server.failed = () => server.transport.end();
    client.resume();
    client.write(encode(connectOf(), 4));
    await once(client, 'close');
    await server.until(() => server.closes === 1);
    assert.equal(server.reads, 0);
  });

  test(`${name} lets the broker close, whatever its clients do`, async (t) => {
    const { broker, connect, port } = await brokerWorld(t, way);
    const { socket: idle } = await connect({ clientId: 'idle' });
    const { socket: deaf } = await connect({ clientId: 'deaf' });
    deaf.pause();
    const silent = createConnection({ port, host: HOST });
    silent.resume();
    await once(silent, 'connect');
    await connect({ clientId: 'last' }); // who came before it has been accepted
    const closes = [idle, deaf, silent].map((socket) => once(socket, 'close'));
    assert.equal(broker.gauges().connections, 4);
    await broker.close();
    assert.equal(broker.gauges().connections, 0);
    deaf.resume();
    await Promise.all(closes);
  });
}
