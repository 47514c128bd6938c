import type { Socket } from 'node:net';
import { ProtocolError } from '@magpie/protocol';
import type { RawData, WebSocket } from 'ws';
import type { Transport, TransportHandler } from '../connection/transport.js';
import type { ClientCertificate } from '../model/client-certificate.js';
import { unsentBytesOf } from './socket-transport.js';

/**
 * A WebSocket as a byte stream: what comes in binary messages is one stream, wherever they are cut
 * (MQTT-6.0.0-2); what goes out is one binary message per piece.
 *
 * It answers pings itself: of those that come while something is on its way out only the last, so
 * that a client that does not read cannot make answers pile up.
 */
export class WebSocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly certificate: ClientCertificate | undefined;
  readonly #webSocket: WebSocket;
  /** The socket below: its buffer tells whether everything written is out. */
  readonly #socket: Socket;
  #handler: TransportHandler | undefined;
  /** Whether the handler waits to be told that its write is out. */
  #writing = false;
  /** Writes and pongs whose callback is to come. They come in order. */
  #callbacks = 0;
  /** The payload of a ping to answer when all is out. */
  #ping: Buffer | undefined;
  #closeCode = NORMAL_CLOSURE;

  /**
   * Of a WebSocket that was opened just now. Nothing is read before {@link start}.
   *
   * @param certificate What the client has shown, if there is TLS below.
   */
  constructor(webSocket: WebSocket, socket: Socket, certificate?: ClientCertificate) {
    webSocket.pause();
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? 'unknown';
    this.certificate = certificate;
  }

  start(handler: TransportHandler): void {
    const webSocket = this.#webSocket;
    this.#handler = handler;
    webSocket.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary) this.#refuseText(handler);
      else if (Buffer.isBuffer(data)) handler.receive(data, 0, data.length);
    });
    webSocket.on('ping', (data: Buffer) => this.#answer(data));
    webSocket.on('error', (error) => handler.failed(faultOf(error)));
    webSocket.on('close', () => handler.closed());
    webSocket.resume();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const last = chunks.length - 1;
    this.#callbacks++;
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
    return unsentBytesOf(this.#socket);
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  end(): void {
    this.#webSocket.close(this.#closeCode);
    if (this.#webSocket.isPaused) this.#webSocket.resume(); // to see the answer
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  #refuseText(handler: TransportHandler): void {
    const problem = 'A WebSocket message is text: MQTT needs binary ones';
    this.#closeCode = UNSUPPORTED_DATA;
    handler.failed(new ProtocolError('PROTOCOL_ERROR', problem, 'MQTT-6.0.0-1'));
  }

  #answer(ping: Buffer): void {
    if (this.#callbacks > 0) {
      this.#ping = Buffer.from(ping);
      return;
    }
    this.#callbacks++;
    this.#webSocket.pong(ping, false, this.#onWritten);
  }

  readonly #onWritten = (): void => {
    this.#callbacks--;
    if (this.#callbacks > 0 || this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const ping = this.#ping;
    this.#ping = undefined;
    if (ping !== undefined) this.#answer(ping);
    if (!this.#writing) return;
    this.#writing = false;
    this.#handler?.drained();
  };
}

/** What `ws` found wrong with the frames of the client. */
function faultOf(error: Error & { code?: unknown }): ProtocolError {
  const fault = error.code === TOO_LARGE ? 'PACKET_TOO_LARGE' : 'MALFORMED_PACKET';
  return new ProtocolError(fault, error.message);
}

const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
