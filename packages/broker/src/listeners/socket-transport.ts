import { Socket } from 'node:net';
import type { IoArena } from '../connection/io-arena.js';
import type { Transport, TransportHandler } from '../connection/transport.js';

/**
 * A socket as a {@link Transport}.
 *
 * Where Node allows it the socket reads into the arena that all sockets share: no buffer is made per read
 * and none is kept for an idle socket. That needs the handle of an accepted socket in a socket of our own,
 * which Node does not document; `adoptForSharedReads` tries it, and where it fails `data` events do.
 */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  readonly #ahead: Uint8Array | undefined;
  readonly remoteAddress: string;
  #handler: TransportHandler | undefined;
  /** Whether the last write has not been taken by the system in full. */
  #writing = false;

  /**
   * @param ahead Bytes that were read from the socket before, to be handled first.
   * @param remoteAddress Of the client, where a proxy told it; by default the socket's.
   */
  constructor(socket: Socket, { ahead, remoteAddress }: SocketTransportOptions = {}) {
    this.#socket = socket;
    this.#ahead = ahead;
    this.remoteAddress = remoteAddress ?? socket.remoteAddress ?? 'unknown';
  }

  start(handler: TransportHandler): void {
    const socket = this.#socket;
    this.#handler = handler;
    socket.on('error', ignore); // 'close' follows
    socket.on('close', () => handler.closed());
    if (this.#ahead !== undefined) handler.receive(this.#ahead, 0, this.#ahead.length);
    socket.on('data', (chunk: Buffer) => handler.receive(chunk, 0, chunk.length));
    socket.resume();
  }

  /** Called by the socket's owner where it reads into shared memory. */
  received(source: Uint8Array, length: number): void {
    this.#handler?.receive(source, 0, length);
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    const last = chunks.length - 1;
    if (last > 0) socket.cork();
    for (let index = 0; index < last; index++) socket.write(chunks[index] ?? EMPTY);
    socket.write(chunks[last] ?? EMPTY, this.#onWritten);
    if (last > 0) socket.uncork();
    this.#writing = socket.writableLength > 0;
    return !this.#writing;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onWritten = (): void => {
    if (!this.#writing || this.#socket.writableLength > 0) return;
    this.#writing = false;
    this.#handler?.drained();
  };
}

interface SocketTransportOptions {
  readonly ahead?: Uint8Array;
  readonly remoteAddress?: string;
}

/**
 * A transport for an accepted socket that reads into the arena.
 *
 * @param accepted A socket of a server with `pauseOnConnect`; it must not be used afterwards.
 * @returns `undefined` if this Node does not allow it; then the socket is as it was.
 */
export function adoptForSharedReads(accepted: Socket, arena: IoArena): SocketTransport | undefined {
  const inside = accepted as unknown as SocketInside;
  const handle = inside._handle;
  if (handle === undefined || handle === null || typeof handle.useUserBuffer !== 'function') {
    return undefined;
  }
  const { remoteAddress } = accepted; // asked for while the socket still has its handle
  inside._handle = null;
  let transport: SocketTransport | undefined;
  const options = {
    handle,
    onread: {
      buffer: arena.buffer.subarray(0, arena.readBytes),
      callback(length: number): boolean {
        transport?.received(arena.buffer, length);
        return true;
      },
    },
    manualStart: true,
  };
  const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  // The server counts its sockets until they close; this one closes in place of the accepted one.
  const own = socket as unknown as SocketInside;
  own._server = inside._server;
  inside._server = null;
  transport = new SocketTransport(socket, remoteAddress === undefined ? {} : { remoteAddress });
  return transport;
}

/** Of `net.Socket`, what is not documented: see the class comment. */
interface SocketInside {
  _handle: { readonly useUserBuffer?: unknown } | null | undefined;
  _server: unknown;
}

const EMPTY = new Uint8Array(0);

function ignore(): void {}
