import type { Transport, TransportHandler } from './transport.js';

/** What is used of a WebSocket, as browsers, Node.js and the package `ws` have it. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  /** Of `ws` alone. */
  pause?(): void;
  resume?(): void;
  terminate?(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly error?: unknown }) => void): void;
}

/**
 * MQTT over WebSocket (MQTT 3.1.1, 6): binary frames, which may split and join packets, of the
 * subprotocol `mqtt`.
 */
export class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike;
  readonly #handler: TransportHandler;
  #open = false;
  #closed = false;
  /** Whether a timer looks for the buffer to become empty. */
  #looking = false;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #error: Error | undefined;

  constructor(socket: WebSocketLike, handler: TransportHandler) {
    this.#socket = socket;
    this.#handler = handler;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      this.#open = true;
      handler.opened();
    });
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('error', ({ error }) => {
      this.#error ??= error instanceof Error ? error : this.#unnamed();
    });
    socket.addEventListener('close', ({ code }) => {
      const orderly = code === 1000 || code === 1001 || code === 1005;
      this.#end(orderly ? undefined : new Error(`it closed with code ${code}`));
    });
  }

  get pendingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  write(parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#socket.send(part as Uint8Array<ArrayBuffer>);
    if (this.pendingBytes >= LOOK_BYTES && !this.#looking) this.#look();
  }

  /** In browsers it does nothing: what arrives is kept until the application has handled it. */
  pause(): void {
    if (this.#open) this.#socket.pause?.();
  }

  resume(): void {
    if (this.#open) this.#socket.resume?.();
  }

  close(now: boolean): void {
    this.resume(); // or the closing handshake would not be read
    if (now) {
      this.#terminate();
      // A network that is gone would let the handshake wait.
      queueMicrotask(() => this.#end());
      return;
    }
    this.#socket.close(); // sends first what was written
    // tidy-allow no-own-timer: a server that never answers is not waited for
    this.#linger = setTimeout(() => {
      this.#terminate();
      this.#end();
    }, LINGER_MS);
  }

  #terminate(): void {
    if (this.#socket.terminate === undefined) this.#socket.close();
    else this.#socket.terminate();
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    if (data instanceof ArrayBuffer) {
      this.#handler.received(new Uint8Array(data), 0, data.byteLength);
      return;
    }
    // MQTT-6.0.0-1: text frames have no place here.
    this.#error = new Error('the server sent a text frame');
    this.close(true);
  }

  /** WebSockets do not tell when bytes have left. */
  #look(): void {
    this.#looking = !this.#closed && this.pendingBytes > 0;
    if (this.#looking) {
      // tidy-allow no-own-timer: there is no event to wait for, and it runs only under load
      setTimeout(() => this.#look(), LOOK_MS);
    } else if (!this.#closed) this.#handler.drained();
  }

  #end(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#linger);
    this.#handler.closed(this.#error ?? error);
  }

  /** Browsers do not say why. */
  #unnamed(): Error {
    return new Error(this.#open ? 'the WebSocket failed' : 'the WebSocket could not be opened');
  }
}

/** From so many bytes that have not left, it looks every {@link LOOK_MS}. */
const LOOK_BYTES = 65_536;
const LOOK_MS = 10;
/** How long the closing handshake may take. */
const LINGER_MS = 2000;
