/** A TCP listener on a free port, both ways in which it can take connections, with clients. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { IoArena } from '../connection/io-arena.js';
import type { Transport } from '../connection/transport.js';
import { Recorder } from './recorder.testing.js';
import { SocketTransport } from './socket-transport.js';
import { TcpListener, type TcpListenerOptions } from './tcp-listener.js';

/** How sockets are read: into the arena, or as a Node would that cannot do this. */
export const WAYS: readonly Way[] = [
  { way: 'shared reads', onHandle: SocketTransport.onHandle },
  { way: 'data events', onHandle: () => undefined },
];

export interface Way {
  readonly way: string;
  readonly onHandle: typeof SocketTransport.onHandle;
}

export class TcpWorld {
  readonly arena = new IoArena();
  readonly listener: TcpListener;
  port = 0;
  readonly #t: TestContext;
  readonly #accepted: Transport[] = [];
  #wake: () => void = () => {};

  private constructor(t: TestContext, { onHandle }: Way, options: Partial<TcpListenerOptions>) {
    this.#t = t;
    this.listener = new TcpListener(
      { host: '127.0.0.1', port: 0, ...options },
      this.arena,
      onHandle,
    );
  }

  /** Listens until the test ends. */
  static async listening(
    t: TestContext,
    way: Way,
    options: Partial<TcpListenerOptions> = {},
  ): Promise<TcpWorld> {
    const world = new TcpWorld(t, way, options);
    const { port } = await world.listener.listen((transport) => {
      world.#accepted.push(transport);
      t.after(() => transport.destroy());
      world.#wake();
    });
    world.port = port;
    t.after(() => world.listener.close());
    return world;
  }

  /** The transport that was accepted next. */
  async accepted(): Promise<Transport> {
    for (;;) {
      const transport = this.#accepted.shift();
      if (transport !== undefined) return transport;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A client socket that is connected; it is not read until somebody listens to its data. */
  async client(): Promise<Socket> {
    const socket = createConnection({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.#t.after(() => socket.destroy());
    socket.on('error', () => {}); // 'close' follows
    await once(socket, 'connect');
    return socket;
  }

  /** Both ends of a connection. Make one after the other: who belongs to whom is told by order. */
  async pair(): Promise<{ client: Socket; server: Recorder }> {
    const [client, transport] = await Promise.all([this.client(), this.accepted()]);
    return { client, server: new Recorder(transport) };
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

export async function nextData(socket: Socket): Promise<Buffer> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk;
}

/** Bytes that tell their place: no two MiB are the same. */
export function pattern(bytes: number, seed = 0): Buffer {
  const words = new Int32Array(Math.ceil(bytes / 4)); // a word at a time: some tests want 100 MiB
  let state = (seed * 2_654_435_761) | 1;
  for (let at = 0; at < words.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, bytes);
}

/** Everything the socket gets until the other side has ended. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
