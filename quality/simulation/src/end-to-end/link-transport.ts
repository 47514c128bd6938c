import type { Transport, TransportHandler } from '@magpie/client/testing';
import { ByteReader, decode, Framer, type Packet, PACKET_BYTES_MAX } from '@magpie/protocol';
import type { Random } from '../random.js';
import type { Link, Peer } from '../world/link.js';
import type { Network } from '../world/network.js';
import type { Scheduler } from '../world/scheduler.js';

/** Sees every packet of a connection as it passes its client's end. */
export interface WireWatch {
  sent(packet: Packet): void;
  received(packet: Packet): void;
}

/** The client's end of a simulated connection, as a transport of `@magpie/client`. */
export class LinkTransport implements Transport, Peer {
  readonly pendingBytes = 0;
  readonly link: Link;
  readonly #handler: TransportHandler;
  readonly #scheduler: Scheduler;
  readonly #sent: (bytes: Uint8Array) => void;
  readonly #received: (bytes: Uint8Array) => void;
  /** The client's process is gone, or was told of the end. */
  #deaf = false;

  constructor(
    network: Network,
    scheduler: Scheduler,
    random: Random,
    handler: TransportHandler,
    watch: WireWatch,
  ) {
    this.#handler = handler;
    this.#scheduler = scheduler;
    this.#sent = packetsOf((packet) => watch.sent(packet));
    this.#received = packetsOf((packet) => watch.received(packet));
    this.link = network.connect(this);
    scheduler.after(random.within(0, OPEN_MS_MAX), () => {
      if (!this.#deaf && this.link.isOpen) handler.opened();
    });
  }

  write(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#sent(part);
      this.link.send(part);
    }
  }

  pause(): void {
    this.link.hold();
  }

  resume(): void {
    this.link.release();
  }

  close(now: boolean): void {
    if (now) this.link.abort();
    else this.link.hangUp();
    this.#scheduler.after(0, () => this.closed());
  }

  /** The process of the client is killed: its system closes what it had. */
  kill(): void {
    this.#deaf = true;
    this.link.abort();
  }

  received(bytes: Uint8Array): void {
    if (this.#deaf) return;
    this.#received(bytes);
    this.#handler.received(bytes, 0, bytes.length);
    // Who keeps what was not his any more shall see it.
    bytes.fill(0xdd);
  }

  closed(): void {
    if (this.#deaf) return;
    this.#deaf = true;
    this.#handler.closed(undefined);
  }
}

function packetsOf(told: (packet: Packet) => void): (bytes: Uint8Array) => void {
  const framer = new Framer(PACKET_BYTES_MAX);
  const reader = new ByteReader();
  return (bytes) => {
    framer.feed(new Uint8Array(bytes), 0, bytes.length);
    while (framer.next()) told(decode(framer, 4, reader));
  };
}

const OPEN_MS_MAX = 5;
