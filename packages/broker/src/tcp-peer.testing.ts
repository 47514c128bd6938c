/** The peer of a `TestClient` over a real socket. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class TcpPeer {
  readonly closed: Promise<void>;
  onBytes: (bytes: Uint8Array) => void = () => {};
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.onBytes(bytes));
    socket.on('error', () => {}); // it is closed next
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve());
    });
  }

  /** @param localAddress One of this machine: 127.0.0.2 is another client than 127.0.0.1. */
  static async open(port: number, localAddress = '127.0.0.1'): Promise<TcpPeer> {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    const peer = new TcpPeer(socket);
    await once(socket, 'connect');
    return peer;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Reads no further, so that the broker cannot write. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Ends the connection without a word of MQTT. */
  hangUp(): void {
    this.#socket.destroy();
  }
}
