import type { Gate } from '../outbox/outbox-gate.js';
import { Fifo } from './fifo.js';
import type { PacketSink } from './packet-sink.js';
import type { Receipt } from './receipt.js';

/**
 * What the server publishes (MQTT 3.1.1, 4.3), and when it is acknowledged: when the application is
 * done with it, in the order of arrival (MQTT-4.6.0-2, MQTT-4.6.0-3).
 *
 *     receive ──▶ receipt ──▶ consumers … consumed ──▶ PUBACK, or PUBREC … PUBREL ──▶ PUBCOMP
 *
 * If the connection is lost before that, the server sends the message again; one that the
 * application still has is not handed on twice, only its acknowledgement goes to the new
 * connection.
 */
export class Inbound {
  readonly #gate: Gate;
  /** QoS 2: received, and its PUBREL has not come. */
  #unreleased: Set<number> | undefined;
  /** Not acknowledged, by identifier. */
  #pending: Map<number, Receipt> | undefined;
  /** QoS 1 and 2 of this connection, in order of arrival, from the oldest that is not consumed. */
  #order: { [qos: number]: Fifo<Receipt> } | undefined;
  #sink: PacketSink | undefined;
  #connection = 0;
  /** Came again while the application had it, or after it was done. */
  repeated = 0;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  restore(received: readonly number[]): void {
    if (received.length > 0) this.#unreleased = new Set(received);
  }

  /** @param present Whether the server has kept the session: it sends again what is pending. */
  connected(sink: PacketSink, present: boolean): void {
    this.#sink = sink;
    this.#connection++;
    if (present) return;
    this.#pending = undefined;
    for (const packetId of this.#unreleased ?? []) this.#release(packetId);
  }

  disconnected(): void {
    this.#sink = undefined;
    this.#order = undefined;
  }

  /** A PUBLISH arrived. @returns Whether to hand it on: the application has not got it before. */
  receive(receipt: Receipt): boolean {
    const { qos, packetId } = receipt;
    if (qos === 0) return true;
    const known = this.#pending?.get(packetId);
    if (known !== undefined && isSame(known, receipt)) {
      this.#again(known);
      return false;
    }
    if (qos === 2 && this.#unreleased?.has(packetId) === true) {
      this.repeated++;
      this.#acknowledge(2, packetId);
      return false;
    }
    receipt.connection = this.#connection;
    (this.#pending ??= new Map()).set(packetId, receipt);
    this.#orderOf(qos).push(receipt);
    return true;
  }

  /** The application is done with it. */
  consumed(receipt: Receipt): void {
    receipt.consumed = true;
    if (receipt.connection === this.#connection && this.#sink !== undefined) {
      this.#acknowledgeInOrder(receipt.qos);
    }
  }

  /** PUBREL arrived: PUBCOMP answers in any case, or the server would repeat it forever. */
  released(packetId: number): void {
    this.#release(packetId);
    // Were the identifier remembered after a crash, a new message with it would be lost.
    this.#whenSafe((sink) => sink.acknowledge('pubcomp', packetId));
  }

  /** The server sends again what is still here: its acknowledgement goes to this connection. */
  #again(known: Receipt): void {
    this.repeated++;
    if (known.connection === this.#connection) return;
    known.connection = this.#connection;
    this.#orderOf(known.qos).push(known);
    this.#acknowledgeInOrder(known.qos);
  }

  #orderOf(qos: number): Fifo<Receipt> {
    return ((this.#order ??= {})[qos] ??= new Fifo());
  }

  #acknowledgeInOrder(qos: number): void {
    if (qos === 0) return;
    const order = this.#orderOf(qos);
    for (let next = order.peek(); next?.consumed === true; next = order.peek()) {
      order.shift();
      this.#pending?.delete(next.packetId);
      if (qos === 2) {
        (this.#unreleased ??= new Set()).add(next.packetId);
        this.#gate.writing?.addReceived(next.packetId);
      }
      this.#acknowledge(qos, next.packetId);
    }
  }

  #acknowledge(qos: number, packetId: number): void {
    if (qos === 1) this.#sink?.acknowledge('puback', packetId);
    else this.#whenSafe((sink) => sink.acknowledge('pubrec', packetId));
  }

  #release(packetId: number): void {
    if (this.#unreleased?.delete(packetId) === true) this.#gate.writing?.deleteReceived(packetId);
  }

  /** On this connection, or not at all. */
  #whenSafe(send: (sink: PacketSink) => void): void {
    const connection = this.#connection;
    this.#gate.whenSafe(() => {
      if (connection === this.#connection && this.#sink !== undefined) send(this.#sink);
    });
  }
}

/**
 * Whether a server sends a message again that has not been acknowledged. A server that was killed
 * may have forgotten one of QoS 1, and use its identifier for another.
 */
function isSame(known: Receipt, { qos, dup, topic, payload }: Receipt): boolean {
  if (qos !== known.qos) return false;
  if (qos === 2) return true; // it keeps the identifier until PUBCOMP (MQTT-4.3.3-1)
  if (!dup || topic !== known.topic || payload.length !== known.payload.length) return false;
  return payload.every((byte, at) => byte === known.payload[at]);
}
