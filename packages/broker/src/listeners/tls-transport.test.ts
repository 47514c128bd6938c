import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { IoArena } from '../connection/io-arena.js';
import { Recorder } from './recorder.testing.js';
import { nextData, pattern, readToEnd } from './tcp-world.testing.js';
import { SecureWorld } from './tls/secure-world.testing.js';
import { TlsTransport } from './tls-transport.js';

const MIB = 1024 * 1024;
/** More than a system takes for a peer that does not read. */
const BIG = 32 * MIB;

/** How it is read: into the arena, or as a Node would that cannot do this. */
const WAYS = [
  { way: 'shared reads', inArena: true, into: undefined },
  { way: 'data events', inArena: false, into: () => false },
] as const;

type Way = (typeof WAYS)[number];

/** Both ends of TLS connections. */
class TlsWorld {
  readonly arena = new IoArena();
  readonly #secure: SecureWorld;
  readonly #into: Way['into'];

  constructor(secure: SecureWorld, { into }: Way) {
    this.#secure = secure;
    this.#into = into;
  }

  async pair(): Promise<{ client: TLSSocket; server: Recorder; socket: TLSSocket }> {
    const count = this.#secure.accepted.length;
    const client = this.#secure.client(undefined, { minVersion: 'TLSv1.3' });
    client.on('error', () => {}); // 'close' follows
    await Promise.all([
      once(client, 'secureConnect'),
      this.#secure.until(() => this.#secure.accepted.length > count),
    ]);
    client.setNoDelay(true);
    const socket = this.#secure.accepted[count]?.socket as TLSSocket;
    const transport = new TlsTransport(socket, this.arena, undefined, this.#into);
    return { client, server: new Recorder(transport), socket };
  }

  /** All that can be read now has been: another connection got its bytes there and back. */
  async settled(): Promise<void> {
    const { client, server } = await this.pair();
    server.onBytes = () => void server.transport.write([Buffer.from('pong')]);
    client.write('ping');
    assert.equal(String(await nextData(client)), 'pong');
    client.destroy();
  }
}

async function worldOf(t: TestContext, way: Way): Promise<TlsWorld> {
  return new TlsWorld(await SecureWorld.listening(t), way);
}

for (const way of WAYS) {
  const name = `TlsTransport, ${way.way},`;

  test(`${name} reads where it should, the bytes of each connection in their order`, async (t) => {
    const world = await worldOf(t, way);
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
      assert.equal(server.source === world.arena.buffer, way.inArena);
      assert.equal(server.transport.remoteAddress, '127.0.0.1');
    }
  });

  test(`${name} takes a small write at once, the memory is free again`, async (t) => {
    const { client, server } = await (await worldOf(t, way)).pair();
    for (const chunks of [['a'], ['b', 'c'], ['d', 'e', 'f']]) {
      await new Promise(setImmediate); // the next turn
      const buffers = chunks.map((text) => Buffer.from(text));
      assert.equal(server.transport.write(buffers), true);
      for (const buffer of buffers) buffer.fill('#');
    }
    server.transport.end();
    assert.equal(String(await readToEnd(client)), 'abcdef');
    assert.equal(server.drains, 0);
  });

  test(`${name} copies what is written twice in a turn, and tells when it has left`, async (t) => {
    const { client, server } = await (await worldOf(t, way)).pair();
    const buffers = ['a', 'b'].map((text) => Buffer.from(text));
    const taken = buffers.map((buffer) => {
      const at = server.transport.write([buffer]);
      buffer.fill('#');
      return at;
    });
    assert.deepEqual(taken, [true, false]);
    assert.ok(server.transport.unsentBytes > 0);
    await server.until(() => server.drains === 1);
    server.transport.end();
    assert.equal(String(await readToEnd(client)), 'ab');
    assert.equal(server.drains, 1);
  });

  test(`${name} needs no callback from its second turn on, and loses no order`, async (t) => {
    const { client, server, socket } = await (await worldOf(t, way)).pair();
    const told = t.mock.method(socket, '_write');
    const expected: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      await new Promise(setImmediate);
      const [first, second] = [`${turn};`, `${turn} again;`];
      assert.equal(server.transport.write([Buffer.from(first)]), true);
      assert.equal(server.transport.write([Buffer.from(second)]), false);
      expected.push(first, second);
      await server.until(() => server.drains === turn + 1);
    }
    server.transport.end();
    assert.equal(String(await readToEnd(client)), expected.join(''));
    assert.ok(told.mock.callCount() <= 2, 'this Node cannot write silently any more');
  });

  test(`${name} brings 20 MiB in small writes to a slow reader, then ends`, async (t) => {
    const { client, server } = await (await worldOf(t, way)).pair();
    const expected = Array.from({ length: 1000 }, (_, number) => pattern(20_000, number));
    let waited = 0;
    let received: Promise<Buffer> | undefined;
    for (const bytes of expected) {
      await new Promise(setImmediate); // the next turn
      if (server.transport.write([bytes])) continue;
      waited++;
      assert.ok(server.transport.unsentBytes > 0);
      const { drains } = server;
      received ??= readToEnd(client);
      await server.until(() => server.drains > drains);
    }
    assert.ok(waited > 0);
    server.transport.write([Buffer.from('last')]);
    server.transport.end();
    assert.ok((await received)?.equals(Buffer.concat([...expected, Buffer.from('last')])));
  });

  test(`${name} brings 20 MiB to a slow reader`, async (t) => {
    const { client, server } = await (await worldOf(t, way)).pair();
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
    const { client, server } = await (await worldOf(t, way)).pair();
    assert.equal(server.transport.write([pattern(BIG)]), false);
    const seen = new Set<number>([server.transport.unsentBytes]);
    client.on('data', () => void seen.add(server.transport.unsentBytes));
    await server.until(() => server.drains === 1);
    assert.equal(server.transport.unsentBytes, 0);
    assert.ok(seen.size > 2, 'it fell while the client read');
  });

  test(`${name} takes 20 MiB with a reader that pauses, and reads nothing meanwhile`, async (t) => {
    const { client, server } = await (await worldOf(t, way)).pair();
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

  test(`${name} holds the records of one read while it is paused, each in its order`, async (t) => {
    const world = await worldOf(t, way);
    const { client, server } = await world.pair();
    server.onBytes = () => server.transport.pause();
    const texts = Array.from({ length: 30 }, (_, number) => `${number};`);
    for (const text of texts) client.write(text); // a record each
    await server.until(() => server.reads === 1);
    await world.settled();
    assert.equal(server.reads, 1);
    for (let reads = 1; server.text.length < texts.join('').length; reads++) {
      server.transport.resume();
      server.transport.resume();
      await server.until(() => server.reads > reads);
      assert.equal(server.reads, reads + 1);
    }
    assert.equal(server.text, texts.join(''));
    server.transport.resume();
    client.end('end');
    await server.until(() => server.text.endsWith('end'));
    server.transport.resume();
    await server.until(() => server.closes === 1);
  });

  test(`${name} ends after what was written is out`, async (t) => {
    const { client, server } = await (await worldOf(t, way)).pair();
    const bytes = pattern(BIG);
    assert.equal(server.transport.write([bytes]), false);
    server.transport.end();
    server.transport.end();
    assert.ok((await readToEnd(client)).equals(bytes));
    await server.until(() => server.closes === 1);
    assert.equal(server.drains, 0);
  });

  for (const write of [false, true]) {
    const state = write ? 'writing' : 'idle';
    test(`${name} is destroyed at once: ${state}`, async (t) => {
      const world = await worldOf(t, way);
      const { client, server } = await world.pair();
      if (write) assert.equal(server.transport.write([pattern(BIG)]), false);
      const closed = once(client, 'close');
      client.resume();
      server.transport.destroy();
      server.transport.destroy();
      await server.until(() => server.closes === 1);
      await closed;
      assert.equal(server.transport.write([Buffer.from('a')]), true); // it goes nowhere
      for (const act of ['pause', 'resume', 'end', 'destroy'] as const) server.transport[act]();
      await world.settled();
      assert.deepEqual([server.closes, server.drains], [1, 0]);
    });

    test(`${name} tells of a client that is gone once: ${state}`, async (t) => {
      const world = await worldOf(t, way);
      const { client, server } = await world.pair();
      if (write) assert.equal(server.transport.write([pattern(BIG)]), false);
      client.destroy();
      await server.until(() => server.closes > 0);
      await world.settled();
      assert.deepEqual([server.closes, server.drains], [1, 0]);
    });
  }
}

test('TlsTransport gives what was read before it was started first', async (t) => {
  const secure = await SecureWorld.listening(t);
  const { socket } = await secure.connected();
  socket.unshift(Buffer.from('early '));
  const server = new Recorder(new TlsTransport(socket, new IoArena()));
  await server.until(() => server.text === 'early ');
});
