import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that says what it is told to, byte by byte. */
export class RawPeer {
  readonly socket: Socket;
  /** Resolves when it is closed, by whichever side. */
  readonly closed: Promise<void>;
  readonly #chunks: Buffer[] = [];
  readonly #waiting = new Set<() => void>();
  #bytes = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {}); // 'close' follows
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#wake();
        resolve();
      });
    });
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#chunks.push(chunk);
      this.#wake();
    });
  }

  /** Connected, or closed at once. */
  static async open(port: number, first?: Uint8Array): Promise<RawPeer> {
    const peer = new RawPeer(connect({ port, host: '127.0.0.1', noDelay: true }));
    await Promise.race([once(peer.socket, 'connect').catch(() => {}), peer.closed]);
    if (first !== undefined) await peer.send(first);
    return peer;
  }

  /** What has come, and was not taken. */
  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get isClosed(): boolean {
    return this.socket.closed;
  }

  /** Resolves when the system has taken it; also if the connection is closed. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.isClosed || !this.socket.writable) return;
    const written = new Promise<void>((resolve) => {
      this.socket.write(bytes, () => resolve());
    });
    await Promise.race([written, this.closed]);
  }

  /** Waits for so many bytes since the last {@link take}. @returns Whether they came. */
  async until(bytes: number): Promise<boolean> {
    while (this.#bytes < bytes && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
    return this.#bytes >= bytes;
  }

  /** Takes what has come. */
  take(): Buffer {
    const all = this.received;
    this.#chunks.length = 0;
    this.#bytes = 0;
    return all;
  }

  close(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
