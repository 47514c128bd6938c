import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { Transport, TransportHandler } from '../connection/transport.js';

/**
 * A WebSocket as a byte stream: what comes in binary messages is one stream, wherever they are cut
 * (MQTT-6.0.0-2); what goes out is one binary message per piece.
 */
export class WebSocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly #webSocket: WebSocket;
  /** The socket below: its buffer tells whether everything written is out. */
  readonly #socket: Socket;
  #handler: TransportHandler | undefined;
  #writing = false;

  constructor(webSocket: WebSocket, socket: Socket) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? 'unknown';
  }

  start(handler: TransportHandler): void {
    const webSocket = this.#webSocket;
    this.#handler = handler;
    webSocket.on('message', (data: RawData, isBinary: boolean) => {
      // MQTT-6.0.0-1: a text message closes the connection.
      if (!isBinary) webSocket.close(UNSUPPORTED_DATA, 'MQTT needs binary messages');
      else if (Buffer.isBuffer(data)) handler.receive(data, 0, data.length);
    });
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => handler.closed());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const last = chunks.length - 1;
    this.#socket.cork();
    for (let index = 0; index <= last; index++) {
      const chunk = chunks[index];
      if (chunk === undefined) continue;
      if (index < last) this.#webSocket.send(chunk);
      else this.#webSocket.send(chunk, this.#onWritten);
    }
    this.#socket.uncork();
    this.#writing = this.#socket.writableLength > 0;
    return !this.#writing;
  }

  get unsentBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  end(): void {
    this.#webSocket.close(NORMAL_CLOSURE);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  readonly #onWritten = (): void => {
    if (!this.#writing || this.#socket.writableLength > 0) return;
    this.#writing = false;
    this.#handler?.drained();
  };
}

const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
