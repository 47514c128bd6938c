import {
  ByteReader,
  decode,
  encode,
  Framer,
  type Packet,
  PACKET_BYTES_MAX,
  ProtocolError,
} from '@magpie/protocol';
import type { History } from '../history/history.js';
import type { Trace } from '../trace.js';
import type { Link, Peer } from '../world/link.js';
import type { Network } from '../world/network.js';
import { shownPacket } from './shown-packet.js';

/** What a client does with its connection. */
export interface ConnectionOwner {
  received(packet: Packet, connection: ClientConnection): void;
  lost(connection: ClientConnection): void;
}

interface ConnectionSurroundings {
  readonly network: Network;
  readonly history: History;
  readonly trace: Trace;
}

/**
 * The client's end of one connection: bytes to packets, strictly, and packets to bytes. One that
 * was left behind (the client has opened another) is deaf.
 */
export class ClientConnection implements Peer {
  readonly link: Link;
  /** It is over with the broker's process: with more kills, that one has forgotten something. */
  readonly kills: number;
  readonly #owner: ConnectionOwner;
  readonly #history: History;
  readonly #trace: Trace;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #reader = new ByteReader();
  #left = false;

  /** @param kills How often the broker had been killed when it was opened. */
  constructor(owner: ConnectionOwner, around: ConnectionSurroundings, kills: number) {
    const { network, history, trace } = around;
    this.kills = kills;
    this.#owner = owner;
    this.#history = history;
    this.#trace = trace;
    this.link = network.connect(this);
  }

  get number(): number {
    return this.link.number;
  }

  /** @returns How many bytes were sent in all: what the broker must have read to know it. */
  send(packet: Packet): number {
    if (this.#left) return this.link.sentBytes;
    this.#trace.say(() => `link ${this.number}: client sends ${shownPacket(packet)}`);
    this.link.send(encode(packet, 4));
    return this.link.sentBytes;
  }

  /** Whether the broker has read all that was sent up to this many bytes. */
  wasRead(sentBytes: number): boolean {
    return this.link.readBytes >= sentBytes;
  }

  /** The client takes no notice of it any more. */
  leave(): void {
    this.#left = true;
  }

  received(bytes: Uint8Array): void {
    if (this.#left) return;
    this.#framer.feed(bytes, 0, bytes.length);
    try {
      while (this.#framer.next()) {
        const packet = decode(this.#framer, 4, this.#reader);
        this.#trace.say(() => `link ${this.number}: client gets ${shownPacket(packet)}`);
        this.#owner.received(packet, this);
        if (this.#isLeft()) return;
      }
      this.#framer.hold();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#history.violation('protocol', `The broker sent what is malformed: ${error.message}`);
      this.#left = true;
    }
  }

  /** The owner may leave it while it is told of a packet. */
  #isLeft(): boolean {
    return this.#left;
  }

  closed(): void {
    if (this.#left) return;
    this.#left = true;
    this.#owner.lost(this);
  }
}
