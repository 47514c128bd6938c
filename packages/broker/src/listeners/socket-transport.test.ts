import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { IoArena } from '../connection/io-arena.js';
import type { Transport } from '../connection/transport.js';
import { SocketTransport } from './socket-transport.js';
import { nextData, pattern, readToEnd, TcpWorld, WAYS } from './tcp-world.testing.js';

const MIB = 1024 * 1024;
/** More than a system takes for a peer that does not read. */
const BIG = 32 * MIB;

test('SocketTransport.onHandle() refuses a handle that cannot read into memory of ours', () => {
  assert.equal(SocketTransport.onHandle({}, new IoArena()), undefined);
});

test('SocketTransport reads into the arena on this Node', async (t) => {
  const [shared, events] = WAYS;
  assert.ok(shared !== undefined && events !== undefined);
  for (const [way, inArena] of [
    [shared, true],
    [events, false],
  ] as const) {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    client.write('abc');
    await server.until(() => server.reads > 0);
    assert.equal(server.source === world.arena.buffer, inArena);
  }
});

const states: [state: string, prepare: (transport: Transport) => void][] = [
  ['idle', () => {}],
  ['writing', (transport) => transport.write([pattern(BIG)])],
  ['ending', (transport) => (transport.write([pattern(BIG)]), transport.end())],
];

for (const way of WAYS) {
  const name = `SocketTransport, ${way.way},`;

  test(`${name} gives the bytes of each connection in their order`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const pairs = [await world.pair(), await world.pair(), await world.pair()];
    const expected = pairs.map(() => '');
    for (let round = 0; round < 20; round++) {
      for (const [index, { client }] of pairs.entries()) {
        const text = `${index}:${round};`;
        expected[index] += text;
        client.write(text);
      }
    }
    for (const [index, { server }] of pairs.entries()) {
      await server.until(() => server.text.length >= (expected[index]?.length ?? 0));
      assert.equal(server.text, expected[index]);
    }
  });

  test(`${name} tells where the client is`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { server } = await world.pair();
    assert.equal(server.transport.remoteAddress, '127.0.0.1');
  });

  test(`${name} takes small writes at once, the memory is free again`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    for (const chunks of [['a'], ['b', 'c'], ['d', 'e', 'f']]) {
      const buffers = chunks.map((text) => Buffer.from(text));
      assert.equal(server.transport.write(buffers), true);
      for (const buffer of buffers) buffer.fill('#');
    }
    assert.equal(server.transport.unsentBytes, 0);
    server.transport.end();
    assert.equal(String(await readToEnd(client)), 'abcdef');
    assert.equal(server.drains, 0);
  });

  test(`${name} brings 20 MiB to a slow reader`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    const received: Buffer[] = [];
    client.on('data', (chunk: Buffer) => {
      received.push(chunk);
      client.pause();
      setImmediate(() => client.resume());
    });
    const ended = once(client, 'end');
    const expected: Buffer[] = [];
    for (let number = 0; number < 20; number++) {
      const bytes = pattern(MIB, number);
      expected.push(Buffer.from(bytes));
      const cut = number * 1000;
      await server.write(bytes.subarray(0, cut), bytes.subarray(cut)); // overwrites it then
    }
    assert.ok(server.drains > 0);
    server.transport.end();
    await ended;
    assert.ok(Buffer.concat(received).equals(Buffer.concat(expected)));
  });

  test(`${name} tells how much a reader has not taken yet`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    const bytes = pattern(BIG);
    assert.equal(server.transport.write([bytes]), false);
    const before = server.transport.unsentBytes;
    assert.ok(before > 0 && before <= bytes.length);
    const seen = new Set<number>();
    let read = 0;
    client.on('data', (chunk: Buffer) => {
      read += chunk.length;
      seen.add(server.transport.unsentBytes);
    });
    await server.until(() => server.drains === 1);
    assert.equal(server.transport.unsentBytes, 0);
    assert.ok(seen.size > 2, 'it fell while the client read');
    server.transport.end();
    await once(client, 'end');
    assert.equal(read, bytes.length);
  });

  test(`${name} takes 20 MiB with a reader that pauses`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    const { transport } = server;
    let paused = false;
    server.onBytes = () => {
      assert.equal(paused, false, 'read while it was paused');
      if (server.reads % 3 !== 0) return;
      paused = true;
      transport.pause();
      setImmediate(() => {
        paused = false;
        transport.resume();
      });
    };
    const sent = Array.from({ length: 20 }, (_, number) => pattern(MIB, number));
    for (const bytes of sent) client.write(bytes);
    client.end();
    await server.until(() => server.closes === 1);
    assert.ok(server.received.equals(Buffer.concat(sent)));
  });

  test(`${name} reads nothing while it is paused, and all of it then`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    server.transport.pause();
    client.write('abc');
    await world.settled();
    assert.equal(server.reads, 0);
    server.transport.pause();
    server.transport.resume();
    server.transport.resume();
    await server.until(() => server.text === 'abc');
  });

  test(`${name} writes while it is paused`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    server.transport.pause();
    assert.equal(server.transport.write([Buffer.from('abc')]), true);
    assert.equal(String(await nextData(client)), 'abc');
  });

  test(`${name} may be written to from drained()`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    const parts = [pattern(4 * MIB, 1), pattern(4 * MIB, 2), pattern(10, 3)];
    const expected = Buffer.concat(parts);
    const writeOn = (): void => {
      for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
        if (!server.transport.write([part])) return;
      }
      server.transport.end();
    };
    server.drained = writeOn;
    writeOn();
    assert.ok((await readToEnd(client)).equals(expected));
  });

  test(`${name} ends after what was written is out`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    const bytes = pattern(BIG);
    assert.equal(server.transport.write([bytes]), false);
    server.transport.end();
    server.transport.end();
    assert.ok((await readToEnd(client)).equals(bytes));
    await server.until(() => server.closes === 1);
    assert.equal(server.drains, 0); // nobody shall write any more
  });

  test(`${name} ends although the client goes on sending`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    server.transport.write([Buffer.from('bye')]);
    server.transport.end();
    client.write('more');
    assert.equal(String(await nextData(client)), 'bye');
    await server.until(() => server.closes === 1);
  });

  test(`${name} is destroyed at once, whatever is left`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    for (const write of [false, true]) {
      const { client, server } = await world.pair();
      if (write) assert.equal(server.transport.write([pattern(BIG)]), false);
      const closed = once(client, 'close');
      client.resume();
      server.transport.destroy();
      server.transport.destroy();
      await server.until(() => server.closes === 1);
      await closed;
    }
  });

  for (const [state, prepare] of states) {
    test(`${name} tells of a reset once: ${state}`, async (t) => {
      const world = await TcpWorld.listening(t, way);
      const { client, server } = await world.pair();
      prepare(server.transport);
      client.resetAndDestroy();
      await server.until(() => server.closes > 0);
      await world.settled();
      assert.deepEqual([server.closes, server.drains], [1, 0]);
    });
  }

  test(`${name} tells of a reset while it was paused, at last when it reads on`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    server.transport.pause();
    client.resetAndDestroy();
    await world.settled();
    server.transport.resume();
    await server.until(() => server.closes === 1);
  });

  test(`${name} answers a client that has closed its half, then closes`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    server.onBytes = (bytes) => void server.transport.write([Buffer.from(`got ${String(bytes)}`)]);
    client.end('abc');
    assert.equal(String(await readToEnd(client)), 'got abc');
    await server.until(() => server.closes === 1);
  });

  test(`${name} brings what was written to a client that has closed its half`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    const bytes = pattern(BIG);
    assert.equal(server.transport.write([bytes]), false);
    client.end();
    assert.ok((await readToEnd(client)).equals(bytes));
    await server.until(() => server.closes === 1);
  });

  test(`${name} can be written to when it is closed: it goes nowhere`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    client.destroy();
    await server.until(() => server.closes === 1);
    assert.equal(server.transport.write([Buffer.from('a')]), true);
    assert.equal(server.transport.write([Buffer.from('a'), Buffer.from('b')]), true);
    assert.equal(server.transport.unsentBytes, 0);
    for (const act of ['pause', 'resume', 'end', 'destroy'] as const) server.transport[act]();
    await world.settled();
    assert.deepEqual([server.closes, server.drains], [1, 0]);
  });

  test(`${name} can be destroyed before it was started`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const [client, transport] = await Promise.all([world.client(), world.accepted()]);
    const closed = once(client, 'close');
    client.resume();
    transport.destroy();
    await closed;
  });
}
