import { connect, type Socket } from 'node:net';
import {
  ByteReader,
  type Connect,
  decode,
  encode,
  Framer,
  type Packet,
  PACKET_BYTES_MAX,
  type Will,
} from '@magpie/protocol';

/** What a client does with its connection. */
export interface LinkHandler {
  /** A PUBLISH is good until this returns. */
  received(packet: Packet): void;
  /** The connection is gone, for whatever reason. Told once. */
  lost(): void;
}

/** One connection to the broker: packets in, packets out. What fails is the connection's end. */
export class MqttLink {
  readonly #socket: Socket;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #reader = new ByteReader();
  readonly #handler: LinkHandler;
  #corked = false;

  constructor(port: number, handler: LinkHandler) {
    this.#handler = handler;
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('data', (chunk) => this.#feed(chunk));
    this.#socket.on('error', () => {}); // 'close' follows
    this.#socket.once('close', () => this.#handler.lost());
  }

  /** Opens a session, one that lasts if nothing else is said. */
  open(
    clientId: string,
    { cleanSession = false, will }: { cleanSession?: boolean; will?: Will } = {},
  ): void {
    const connectPacket: Connect = {
      type: 'connect',
      protocolVersion: 4,
      cleanSession,
      keepAliveS: 0,
      clientId,
      will,
      username: undefined,
      password: undefined,
    };
    this.send(connectPacket);
  }

  /** Packets of one turn leave together. */
  send(packet: Packet): void {
    if (this.#socket.destroyed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(encode(packet, 4));
  }

  /** Ends it as a cable does that is cut. */
  cut(): void {
    this.#socket.destroy();
  }

  #feed(chunk: Buffer): void {
    this.#framer.feed(chunk, 0, chunk.length);
    while (!this.#socket.destroyed && this.#framer.next()) {
      this.#handler.received(decode(this.#framer, 4, this.#reader));
    }
  }
}
