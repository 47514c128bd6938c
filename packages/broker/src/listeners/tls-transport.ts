import type { TLSSocket } from 'node:tls';
import type { IoArena } from '../connection/io-arena.js';
import type { Transport, TransportHandler } from '../connection/transport.js';
import type { ClientCertificate } from '../model/client-certificate.js';
import { SilentWriter } from './silent-writer.js';
import { unsentBytesOf } from './socket-transport.js';

/**
 * A TLS connection as a {@link Transport}. Three things make it cheap, half of what TLS costs
 * otherwise (`bench --only tls`):
 *
 * - Where Node allows it, what was deciphered is put into the arena that all sockets share, and
 *   not into a buffer for each record.
 * - Node tells one turn later that a write is done, although it has enciphered the bytes, and the
 *   system has taken them. That is not waited for: the memory is free again, as it is with TCP.
 * - Nor is it told, where Node allows that: see {@link SilentWriter}.
 */
export class TlsTransport implements Transport {
  readonly #socket: TLSSocket;
  readonly #arena: IoArena;
  readonly #readInto: typeof readInto;
  readonly remoteAddress: string;
  readonly certificate: ClientCertificate | undefined;
  #handler: TransportHandler | undefined;
  /** Node will tell that the last write is done, and has not yet: it takes one at a time. */
  #sealing = false;
  /** A request that Node has made: it shows whether there can be silent ones. */
  #sample: unknown;
  /** `undefined`: not yet, or this Node cannot. */
  #silent: SilentWriter | undefined;
  /** What was written meanwhile, a copy: it follows. */
  #next: Buffer | undefined;
  /** `write` was answered with `false`: `drained` is owed. */
  #owing = false;
  #inWrite = false;
  /** Closing waits for the last write. */
  #ending = false;
  #paused = false;
  /** There may be bytes in the stream, which come before others. */
  #queues = true;

  /**
   * @param certificate What the client has shown.
   * @param into Has it read into the arena if this Node can: tests play one that cannot.
   */
  constructor(
    socket: TLSSocket,
    arena: IoArena,
    certificate?: ClientCertificate,
    into: typeof readInto = readInto,
  ) {
    this.#socket = socket;
    this.#arena = arena;
    this.#readInto = into;
    this.remoteAddress = socket.remoteAddress ?? 'unknown';
    this.certificate = certificate;
  }

  start(handler: TransportHandler): void {
    const socket = this.#socket;
    this.#handler = handler;
    socket.on('error', ignore); // 'close' follows
    socket.on('close', () => handler.closed());
    this.#readInto(socket, this.#arena.readRegion, this.#onRead);
    socket.on('data', (chunk: Buffer) => handler.receive(chunk, 0, chunk.length));
    socket.resume();
  }

  /** As with TCP, what a writable stream calls in the end; see `SocketTransport.write`. */
  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#socket.destroyed) return true; // it goes nowhere
    if (this.#isSealing()) {
      this.#next = Buffer.concat(chunks);
      this.#owing = true;
      return false;
    }
    this.#owing = !this.#seal(chunks);
    return !this.#owing;
  }

  get unsentBytes(): number {
    return unsentBytesOf(this.#socket) + (this.#next?.length ?? 0);
  }

  pause(): void {
    this.#paused = true;
    this.#queues = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  end(): void {
    if (this.#isSealing()) this.#ending = true;
    else this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Whether Node is at the last write: it tells then when it is done. */
  #isSealing(): boolean {
    if (this.#silent?.busy === true) {
      this.#silent.tell(this.#onTold);
      this.#sealing = true;
    }
    return this.#sealing;
  }

  /** @returns Whether the system has all of it. */
  #seal(chunks: readonly Uint8Array[]): boolean {
    const [chunk] = chunks;
    if (chunks.length === 1 && chunk !== undefined && chunk.length <= AT_ONCE_BYTES) {
      const silent = this.#silent ?? this.#trySilence();
      if (silent !== undefined) return this.#sealSilently(silent, chunk);
    }
    const socket = this.#socket;
    this.#sealing = true;
    this.#inWrite = true;
    let bytes = 0;
    for (const { length } of chunks) bytes += length;
    if (chunks.length === 1) {
      socket._write(chunk, 'buffer' as BufferEncoding, this.#onWritten);
    } else {
      const pieces = chunks.map((piece) => ({
        chunk: piece,
        encoding: 'buffer' as BufferEncoding,
      }));
      socket._writev?.(pieces, this.#onWritten);
    }
    this.#inWrite = false;
    return this.#hasLeft(bytes);
  }

  #hasLeft(bytes: number): boolean {
    return !this.#sealing || (bytes <= AT_ONCE_BYTES && unsentBytesOf(this.#socket) === 0);
  }

  #trySilence(): SilentWriter | undefined {
    if (this.#sample === undefined) return undefined;
    this.#silent = SilentWriter.on(this.#socket, this.#sample);
    this.#sample = undefined;
    return this.#silent;
  }

  #sealSilently(writer: SilentWriter, chunk: Uint8Array): boolean {
    const outcome = writer.write(chunk, this.#onTold);
    if (outcome === 'failed') this.#socket.destroy();
    this.#sealing = outcome === 'waits';
    return !this.#sealing;
  }

  readonly #onTold = (status: number): void => this.#onSealed(status < 0);

  readonly #onWritten = withThis((request: unknown, error?: Error | null) => {
    if (this.#silent === undefined) this.#sample = request;
    this.#onSealed(Boolean(error));
  });

  #onSealed(failed: boolean): void {
    this.#sealing = false;
    const next = this.#next;
    this.#next = undefined;
    // A socket that was destroyed meanwhile calls back without an error.
    if (failed || this.#socket.destroyed) {
      this.#socket.destroy();
      return;
    }
    if (this.#inWrite) return;
    if (next !== undefined && !this.#seal([next])) return;
    if (this.#ending) {
      this.end();
      return;
    }
    if (!this.#owing) return;
    this.#owing = false;
    this.#handler?.drained();
  }

  /**
   * One read may bring several records: those after the one that made us pause wait in the stream,
   * and what comes before they have left waits behind them.
   */
  readonly #onRead = (length: number): boolean => {
    const { buffer, readRegion } = this.#arena;
    if (this.#queues) this.#queues = this.#paused || this.#socket.readableLength > 0;
    if (this.#queues) {
      this.#socket.push(Buffer.from(readRegion.subarray(0, length)));
    } else {
      this.#handler?.receive(buffer, 0, length);
    }
    return !this.#paused;
  };
}

/** Node hands more records than that to the system bit by bit. */
const AT_ONCE_BYTES = 64 * 1024;

/**
 * Has a socket read into memory of ours. Node has the option (`onread`) for sockets that connect;
 * how it keeps it in a socket is not documented.
 *
 * @returns `false` if this Node cannot; the socket is as it was then.
 */
function readInto(
  this: void,
  socket: TLSSocket,
  region: Buffer,
  onRead: (length: number) => boolean,
): boolean {
  const { _handle: handle } = socket as unknown as { _handle?: ReadHandle | null };
  const symbols = Object.getOwnPropertySymbols(socket);
  const buffer = symbols.find(({ description }) => description === 'kBuffer');
  const callback = symbols.find(({ description }) => description === 'kBufferCb');
  if (typeof handle?.useUserBuffer !== 'function') return false;
  if (buffer === undefined || callback === undefined) return false;
  Object.assign(socket, { [buffer]: region, [callback]: onRead });
  handle.useUserBuffer(region);
  return true;
}

/** As much of Node's `TLSWrap` as is used, none of it documented. */
interface ReadHandle {
  useUserBuffer?(buffer: Uint8Array): void;
}

/** Node calls back as a method of its request, which cannot be had in another way. */
function withThis(call: (request: unknown, error?: Error | null) => void) {
  return function onWritten(this: unknown, error?: Error | null): void {
    call(this, error);
  };
}

function ignore(): void {}
