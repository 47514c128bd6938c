import type { ByteReader } from '../bytes/byte-reader.js';
import { decode } from '../codec.js';
import { ProtocolError } from '../faults.js';
import { Framer } from '../framing/framer.js';
import type { Connect } from '../packets/connect.js';
import type { ClientPacket } from '../packets/packet.js';
import type { ProtocolVersion } from '../packets/protocol-version.js';

/**
 * The server's side of one connection: bytes in, packets out, in the order that MQTT 3.1.1 allows.
 *
 *     feed ──▶ next ──▶ CONNECT ──▶ … any packet of a client … ──▶ DISCONNECT
 *
 * Sans-IO: it reads what it is given and keeps nothing but an incomplete packet. It dies with the
 * socket; what outlives it is in the session. One {@link ByteReader} may serve all connections,
 * since `next` uses it only while it runs.
 */
export class ServerConnection {
  readonly #framer: Framer;
  readonly #reader: ByteReader;
  #state: 'awaiting-connect' | 'connected' | 'disconnected' = 'awaiting-connect';
  #version: ProtocolVersion = 4;

  constructor(packetBytesMax: number, reader: ByteReader) {
    this.#framer = new Framer(packetBytesMax);
    this.#reader = reader;
  }

  /** The frame of the packet that `next` returned last: where its bytes lie. */
  get frame(): Framer {
    return this.#framer;
  }

  /** Version that the CONNECT asked for; 4 (MQTT 3.1.1) before. */
  get version(): ProtocolVersion {
    return this.#version;
  }

  /**
   * Offers `source[start, end)`. The bytes stay the caller's; drain {@link next} before he reuses
   * them.
   */
  feed(source: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'disconnected') this.#framer.feed(source, start, end);
  }

  /**
   * Copies what is not yet read, so that the caller may reuse his bytes while this connection
   * waits.
   */
  hold(): void {
    if (this.#state !== 'disconnected') this.#framer.hold();
  }

  /**
   * The next packet; `undefined` when the bytes are used up or the client has said DISCONNECT.
   *
   * @throws {ProtocolError} if the bytes break chapters 2 or 3, or the packet is not allowed here.
   */
  next(): ClientPacket | undefined {
    // After DISCONNECT the server discards what follows (MQTT-3.14.4-2: the client sends nothing
    // more).
    if (this.#state === 'disconnected' || !this.#framer.next()) return undefined;
    if (this.#state === 'awaiting-connect' && this.#framer.type !== CONNECT_TYPE) {
      throw new ProtocolError('PROTOCOL_ERROR', 'The first packet is not CONNECT', 'MQTT-3.1.0-1');
    }
    const packet = decode(this.#framer, this.#version, this.#reader);
    switch (packet.type) {
      case 'connect':
        this.#connect(packet);
        return packet;
      case 'connack':
      case 'suback':
      case 'unsuback':
      case 'pingresp':
        throw new ProtocolError(
          'PROTOCOL_ERROR',
          `A client sent ${packet.type.toUpperCase()}`,
          'MQTT-4.8.0-1',
        );
      case 'disconnect':
        this.#state = 'disconnected';
        return packet;
      default:
        return packet;
    }
  }

  #connect(packet: Connect): void {
    if (this.#state === 'connected') {
      throw new ProtocolError('PROTOCOL_ERROR', 'A second CONNECT', 'MQTT-3.1.0-2');
    }
    this.#state = 'connected';
    this.#version = packet.protocolVersion;
  }
}

/** Control packet type of CONNECT (table 2.1). */
const CONNECT_TYPE = 1;
