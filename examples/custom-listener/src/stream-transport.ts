import type { Duplex } from 'node:stream';
import type { Transport, TransportHandler } from '@magpie/broker';

/** Any duplex stream of bytes – a pipe, a tunnel, a socket – as the broker wants it. */
export class StreamTransport implements Transport {
  readonly remoteAddress: string;
  readonly #stream: Duplex;
  #handler: TransportHandler | undefined;

  /** @param remoteAddress who is at the other end, for logs and authenticators */
  constructor(stream: Duplex, remoteAddress: string) {
    this.#stream = stream;
    this.remoteAddress = remoteAddress;
  }

  start(handler: TransportHandler): void {
    const stream = this.#stream;
    this.#handler = handler;
    stream.on('data', (chunk: Buffer) => handler.receive(chunk, 0, chunk.length));
    stream.on('end', () => stream.end());
    stream.on('error', () => {}); // 'close' follows
    stream.on('close', () => handler.closed());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const stream = this.#stream;
    const last = chunks.length - 1;
    stream.cork();
    for (const [index, chunk] of chunks.entries()) {
      // A chunk belongs to the broker again when the stream has called back.
      if (index < last) stream.write(chunk);
      else stream.write(chunk, this.#onWritten);
    }
    stream.uncork();
    return false;
  }

  get unsentBytes(): number {
    return this.#stream.writableLength;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (!error) this.#handler?.drained();
  };
}
