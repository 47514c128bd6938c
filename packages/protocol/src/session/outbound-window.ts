import { PACKET_ID_MAX } from '../limits.js';
import { packetIdOf } from '../packets/packet-id.js';

/**
 * Sender side of QoS 1 and 2 for one session (MQTT 3.1.1, 4.3.2, 4.3.3 and 4.4).
 *
 *     send ──▶ published ──PUBACK──▶ done            QoS 1
 *     send ──▶ published ──PUBREC──▶ released ──PUBCOMP──▶ done    QoS 2
 *
 * A message is known by its sequence number: the place it has in the order of this session. The
 * packet identifier is derived from it, so a redelivery after a reconnect, or after a crash that
 * kept the sequence numbers, uses the same identifier (MQTT-4.4.0-1) without a table. Sequence
 * numbers may skip; they never go back. What is in flight spans fewer than 65,535 numbers, so no
 * identifier is ever used twice at once (MQTT-2.3.1-4): when the oldest message stays
 * unacknowledged for that long, the window reports no room.
 *
 * The window lives as long as the session, not the connection. It is a ring indexed by sequence
 * number: sending and acknowledging cost an array access, in whatever order acknowledgements come.
 */
export class OutboundWindow<M> {
  readonly #inflightMax: number;
  /** Ring slots; the capacity is a power of two and at least `#end - #base`. */
  #states: Uint8Array = EMPTY_STATES;
  #messages: (M | undefined)[] = EMPTY_MESSAGES;
  /** Oldest sequence number in flight; equals `#end` when none is. */
  #base = 0;
  /** One above the newest sequence number sent. */
  #end = 0;
  #inflight = 0;

  /** @param inflightMax Most messages unacknowledged at one time, 1 to 65,534. */
  constructor(inflightMax: number) {
    this.#inflightMax = inflightMax;
  }

  /** Messages sent and not yet done. */
  get inflight(): number {
    return this.#inflight;
  }

  /** One above the newest sequence number sent; 0 when none was. */
  get end(): number {
    return this.#end;
  }

  /** Whether the message with this sequence number may be sent now. */
  hasRoom(sequence: number): boolean {
    if (this.#inflight === 0) return true;
    return this.#inflight < this.#inflightMax && sequence - this.#base < PACKET_ID_MAX;
  }

  /**
   * Puts a message in flight.
   *
   * @param sequence Above every number sent before; {@link hasRoom} said yes to it.
   * @param message What {@link unacknowledged} shall hand back for a redelivery.
   * @returns The packet identifier, 1 to 65,535.
   */
  send(sequence: number, qos: 1 | 2, message: M): number {
    if (this.#inflight === 0) this.#base = sequence;
    const span = sequence - this.#base + 1;
    if (span > this.#states.length) this.#grow(span);
    const slot = sequence & (this.#states.length - 1);
    this.#states[slot] = qos === 1 ? AWAITS_PUBACK : AWAITS_PUBREC;
    this.#messages[slot] = message;
    this.#end = sequence + 1;
    this.#inflight++;
    return packetIdOf(sequence);
  }

  /** Whether a message with this identifier is in flight. */
  has(packetId: number): boolean {
    return this.#find(packetId) >= 0;
  }

  /** The message in flight with this identifier; `undefined` if none is, or it was released. */
  messageOf(packetId: number): M | undefined {
    const sequence = this.#find(packetId);
    return sequence < 0 ? undefined : this.#messages[sequence & (this.#states.length - 1)];
  }

  /** PUBACK arrived. @returns The sequence number that is done, `UNKNOWN` or `MISMATCH`. */
  acknowledge(packetId: number): number {
    return this.#settle(packetId, AWAITS_PUBACK);
  }

  /**
   * PUBREC arrived: the peer owns the message, it is never sent again (MQTT-4.3.3-1).
   *
   * @returns The sequence number to release, `UNKNOWN`, or `MISMATCH` for a QoS 1 message. A
   * repeated PUBREC gives the number again: its PUBREL may have been lost.
   */
  received(packetId: number): number {
    const sequence = this.#find(packetId);
    if (sequence < 0) return UNKNOWN;
    const slot = sequence & (this.#states.length - 1);
    if (this.#states[slot] === AWAITS_PUBACK) return MISMATCH;
    this.#states[slot] = AWAITS_PUBCOMP;
    this.#messages[slot] = undefined;
    return sequence;
  }

  /** PUBCOMP arrived. @returns The sequence number that is done, `UNKNOWN` or `MISMATCH`. */
  complete(packetId: number): number {
    return this.#settle(packetId, AWAITS_PUBCOMP);
  }

  /**
   * What is in flight, oldest first: the order of redelivery (MQTT-4.6.0-1).
   *
   * @param from Leaves out what has a lower sequence number.
   */
  *unacknowledged(from = 0): Generator<Unacknowledged<M>> {
    for (let sequence = Math.max(from, this.#base); sequence < this.#end; sequence++) {
      const slot = sequence & (this.#states.length - 1);
      const state = this.#states[slot];
      if (state === DONE) continue;
      yield {
        sequence,
        packetId: packetIdOf(sequence),
        qos: state === AWAITS_PUBACK ? 1 : 2,
        released: state === AWAITS_PUBCOMP,
        message: this.#messages[slot],
      };
    }
  }

  /** Puts back what a store remembered as released: its PUBREL is due. Called in sequence order. */
  restoreReleased(sequence: number): void {
    const packetId = this.send(sequence, 2, undefined as M);
    this.received(packetId);
  }

  #settle(packetId: number, expected: number): number {
    const sequence = this.#find(packetId);
    if (sequence < 0) return UNKNOWN;
    const mask = this.#states.length - 1;
    const slot = sequence & mask;
    if (this.#states[slot] !== expected) return MISMATCH;
    this.#states[slot] = DONE;
    this.#messages[slot] = undefined;
    this.#inflight--;
    while (this.#base < this.#end && this.#states[this.#base & mask] === DONE) this.#base++;
    return sequence;
  }

  /** The one sequence number in flight that has this identifier, or -1. */
  #find(packetId: number): number {
    if (this.#inflight === 0) return -1;
    const ahead = packetId - packetIdOf(this.#base);
    const sequence = this.#base + (ahead < 0 ? ahead + PACKET_ID_MAX : ahead);
    if (sequence >= this.#end) return -1;
    return this.#states[sequence & (this.#states.length - 1)] === DONE ? -1 : sequence;
  }

  #grow(span: number): void {
    let capacity = Math.max(8, this.#states.length);
    while (capacity < span) capacity *= 2;
    const states = new Uint8Array(capacity);
    const messages: (M | undefined)[] = new Array<M | undefined>(capacity).fill(undefined);
    const oldMask = this.#states.length - 1;
    for (let sequence = this.#base; sequence < this.#end; sequence++) {
      states[sequence & (capacity - 1)] = this.#states[sequence & oldMask] ?? DONE;
      messages[sequence & (capacity - 1)] = this.#messages[sequence & oldMask];
    }
    this.#states = states;
    this.#messages = messages;
  }
}

/** One message of {@link OutboundWindow.unacknowledged}. */
export interface Unacknowledged<M> {
  readonly sequence: number;
  readonly packetId: number;
  readonly qos: 1 | 2;
  /** Only a PUBREL is due; there is no message. */
  readonly released: boolean;
  readonly message: M | undefined;
}

/** No message in flight has this identifier: it may answer a session that is gone. */
export const UNKNOWN = -1;
/** The identifier is in flight, but in a flow that this packet does not belong to. */
export const MISMATCH = -2;

const DONE = 0;
const AWAITS_PUBACK = 1;
const AWAITS_PUBREC = 2;
const AWAITS_PUBCOMP = 3;
/** Shared by all windows that never sent: an idle session costs no ring. Never written. */
const EMPTY_STATES = new Uint8Array(0);
const EMPTY_MESSAGES = Object.freeze<never[]>([]) as never[];
