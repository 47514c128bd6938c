import { Socket } from 'node:net';
import type { IoArena } from '../connection/io-arena.js';
import type { Transport, TransportHandler } from '../connection/transport.js';

/**
 * A socket as a {@link Transport}.
 *
 * Where Node allows it the socket reads into the arena that all sockets share: no buffer is made
 * per read and none is kept for an idle socket. See {@link SocketTransport.onHandle}; elsewhere
 * `data` events do.
 */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  /** Whether it reads into the arena; otherwise each read brings a buffer of its own. */
  readonly #shared: boolean;
  readonly remoteAddress: string;
  #handler: TransportHandler | undefined;
  /** Whether the system has not taken the last write in full. */
  #writing = false;
  #inWrite = false;
  /** Closing waits for the last write. */
  #ending = false;

  private constructor(socket: Socket, remoteAddress: string | undefined, shared: boolean) {
    this.#socket = socket;
    this.#shared = shared;
    this.remoteAddress = remoteAddress ?? 'unknown';
  }

  /** A transport on a socket that nobody reads yet. */
  static onSocket(socket: Socket): SocketTransport {
    return new SocketTransport(socket, socket.remoteAddress, false);
  }

  /**
   * A transport on the handle of an accepted connection, which reads into the arena. Node has the
   * option (`onread`) for sockets that connect; that it works for a handle that was accepted is not
   * documented.
   *
   * @returns `undefined` if this Node cannot; the handle is as it was then.
   */
  static onHandle(
    this: void,
    handle: ConnectionHandle,
    arena: IoArena,
  ): SocketTransport | undefined {
    if (typeof handle.useUserBuffer !== 'function') return undefined;
    const peer: { address?: string } = {};
    handle.getpeername?.(peer);
    const options = {
      handle,
      manualStart: true,
      onread: {
        buffer: arena.readRegion,
        callback(length: number): boolean {
          transport.handler?.receive(arena.buffer, 0, length);
          return true;
        },
      },
    };
    const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
    const transport = new SocketTransport(socket, peer.address, true);
    return transport;
  }

  get handler(): TransportHandler | undefined {
    return this.#handler;
  }

  start(handler: TransportHandler): void {
    const socket = this.#socket;
    this.#handler = handler;
    socket.on('error', ignore); // 'close' follows
    socket.on('close', () => handler.closed());
    if (this.#shared) {
      // Once read, the stream waits for bytes that never come and starts no reads of its own:
      // resume() does so in the next tick, although pause() was called meanwhile.
      socket.read(0);
    } else {
      socket.on('data', (chunk: Buffer) => handler.receive(chunk, 0, chunk.length));
    }
    socket.resume();
  }

  /**
   * Calls what a writable stream calls in the end, and spares its queue, its ticks and its
   * callbacks, which cost as much as the rest of a small write (`bench --only window-1`). The queue
   * is above us: it writes again only when this write is done.
   */
  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    this.#writing = true;
    this.#inWrite = true;
    if (chunks.length === 1) {
      socket._write(chunks[0], 'buffer' as BufferEncoding, this.#onWritten);
    } else {
      const pieces = chunks.map((chunk) => ({ chunk, encoding: 'buffer' as BufferEncoding }));
      socket._writev?.(pieces, this.#onWritten);
    }
    this.#inWrite = false;
    return !this.#writing;
  }

  get unsentBytes(): number {
    return unsentBytesOf(this.#socket);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#writing) this.#ending = true;
    else this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#writing = false;
    // A socket that was destroyed meanwhile calls back without an error.
    if (error || this.#socket.destroyed) this.#socket.destroy();
    else if (this.#ending) this.#socket.destroySoon();
    else if (!this.#inWrite) this.#handler?.drained();
  };
}

/**
 * The handle of an accepted connection: as much of Node's `TCP` as is used, none of it documented.
 */
export interface ConnectionHandle {
  useUserBuffer?(buffer: Uint8Array): void;
  getpeername?(out: { address?: string }): number;
  setNoDelay?(on: boolean): void;
  setKeepAlive?(on: boolean, delayS: number): void;
}

interface WriteHandle {
  readonly writeQueueSize?: number;
  /** Of TLS: the TCP connection below. */
  readonly _parent?: WriteHandle | null;
}

/**
 * Bytes that the system has not taken yet: falls byte by byte, where a stream counts writes, and
 * the handle of TLS only what is done as a whole.
 */
export function unsentBytesOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { _handle?: WriteHandle | null };
  return (handle?._parent ?? handle)?.writeQueueSize ?? 0;
}

function ignore(): void {}
