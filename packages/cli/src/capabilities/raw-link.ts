import { openTransport, type Transport } from '@magpie/client';
import { Framer } from '@magpie/protocol';
import type { Patient } from '../doctor/patient.js';

/** A packet as it came. */
export interface RawPacket {
  readonly type: number;
  /** Without the fixed header. */
  readonly body: Uint8Array;
}

/** A connection that says what a client never would, and tells every packet that comes. */
export class RawLink {
  readonly #patienceMs: number;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #packets: RawPacket[] = [];
  readonly #transport: Transport;
  #closed = false;
  #wake: () => void = () => {};

  private constructor({ server, options, patienceMs }: Patient, first: Uint8Array) {
    this.#patienceMs = patienceMs;
    this.#transport = openTransport(
      server,
      {
        opened: () => this.send(first),
        received: (source, start, end) => this.#receive(source, start, end),
        drained: () => {},
        closed: () => this.#end(),
      },
      options,
    );
  }

  /** Connects and sends the first bytes. */
  static open(patient: Patient, first: Uint8Array): RawLink {
    return new RawLink(patient, first);
  }

  send(bytes: Uint8Array): void {
    if (!this.#closed) this.#transport.write([bytes]);
  }

  /** The next packet; `undefined` if the server hangs up, sends no MQTT, or says nothing. */
  async next(): Promise<RawPacket | undefined> {
    const deadlineMs = performance.now() + this.#patienceMs;
    for (;;) {
      const packet = this.#packets.shift();
      const leftMs = deadlineMs - performance.now();
      if (packet !== undefined || this.#closed || leftMs <= 0) return packet;
      await this.#change(leftMs);
    }
  }

  /** Ends it at once, without DISCONNECT. */
  close(): void {
    this.#transport.close(true);
  }

  #change(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #receive(source: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    try {
      this.#framer.feed(source, start, end);
      while (this.#framer.next()) {
        const { type, bodyStart, bodyEnd, source: from } = this.#framer;
        this.#packets.push({ type, body: new Uint8Array(from.subarray(bodyStart, bodyEnd)) });
      }
    } catch {
      this.#end(); // what it sends is no MQTT
      this.close();
    }
    this.#wake();
  }

  #end(): void {
    this.#closed = true;
    this.#wake();
  }
}

/** Larger ones are none that it has asked for. */
const PACKET_BYTES_MAX = 1_048_576;
