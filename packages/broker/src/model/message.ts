import type { Publish, QoS } from '@magpie/protocol';
import type { MessageMemory } from './message-memory.js';
import type { MessageTrace } from './message-trace.js';

/**
 * What was published. Shared by everybody who gets it, and never changed.
 *
 * The bytes are addressed by offsets into `source`, since a typed array view per message would cost
 * more than the rest of a QoS 0 delivery (`bench --only one-to-one`). A message that came from a
 * client first lies in the buffer that all sockets are read into, and is valid only until the next
 * read. Whoever keeps it longer calls {@link keep} or {@link keepLong} first; that moves the bytes
 * and changes nothing else.
 */
export class Message {
  readonly topic: string;
  readonly qos: QoS;
  /** The RETAIN flag as published: it asks for the message to be retained (3.3.1.3). */
  readonly retain: boolean;
  /** Client identifier of the publisher; empty for one published from inside. */
  readonly publisher: string;
  source: Uint8Array;
  /**
   * Where the packet that carried this message starts in `source`, if its bytes can be sent on with
   * another first byte and packet identifier; -1 if they cannot.
   */
  packetStart: number;
  payloadStart: number;
  payloadEnd: number;
  /** Who follows it through the broker; nearly always nobody. No part of what was published. */
  trace: MessageTrace | undefined = undefined;
  /** Where the bytes may be moved while `source` is overwritten by the next read. */
  #memory: MessageMemory | undefined;
  /** Whether `source` holds this message alone. */
  #alone: boolean;

  private constructor(
    topic: string,
    qos: QoS,
    retain: boolean,
    publisher: string,
    source: Uint8Array,
    packetStart: number,
    payloadStart: number,
    payloadEnd: number,
    memory: MessageMemory | undefined,
  ) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.publisher = publisher;
    this.source = source;
    this.packetStart = packetStart;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
    this.#memory = memory;
    this.#alone = memory === undefined;
  }

  /**
   * The message in a PUBLISH that was just read.
   *
   * @param packetStart Where the packet starts in `packet.source`; -1 if its bytes must not be sent
   * on.
   * @param memory Where to keep the bytes if they are overwritten after this turn; `undefined` if
   * they are this message's alone.
   */
  static received(
    packet: Publish,
    publisher: string,
    packetStart: number,
    memory: MessageMemory | undefined,
  ): Message {
    return new Message(
      packet.topic,
      packet.qos,
      packet.retain,
      publisher,
      packet.source,
      packetStart,
      packet.payloadStart,
      packet.payloadEnd,
      memory,
    );
  }

  /** A message made by the program. The payload is the broker's from now on. */
  static of(fields: {
    topic: string;
    payload: Uint8Array;
    qos: QoS;
    retain: boolean;
    publisher?: string;
  }): Message {
    const { topic, payload, qos, retain, publisher = '' } = fields;
    return new Message(topic, qos, retain, publisher, payload, -1, 0, payload.length, undefined);
  }

  /** The same with a payload that is a part of `source`, which it holds on to. */
  static within(
    source: Uint8Array,
    payloadStart: number,
    payloadEnd: number,
    fields: { topic: string; qos: QoS; retain: boolean; publisher: string },
  ): Message {
    const { topic, qos, retain, publisher } = fields;
    return new Message(
      topic,
      qos,
      retain,
      publisher,
      source,
      -1,
      payloadStart,
      payloadEnd,
      undefined,
    );
  }

  get payloadLength(): number {
    return this.payloadEnd - this.payloadStart;
  }

  /** A view of the payload. Valid as long as the message is: see {@link keep}. */
  get payload(): Uint8Array {
    return this.source.subarray(this.payloadStart, this.payloadEnd);
  }

  /** What a queue or a store counts for this message. */
  get bytes(): number {
    return this.topic.length + this.payloadEnd - this.payloadStart;
  }

  /** Makes the bytes outlive the turn. Cheap the second time. */
  keep(): this {
    if (this.#memory === undefined) return this;
    const start = this.packetStart >= 0 ? this.packetStart : this.payloadStart;
    const stored = this.#memory.store(this.source, start, this.payloadEnd);
    this.#memory = undefined;
    this.#move(stored.bytes, stored.start - start);
    return this;
  }

  /**
   * The same for what may be kept for long: retained, or queued for a client that is away. The
   * message gets memory of its own and holds on to no other.
   */
  keepLong(): this {
    if (this.#alone) return this;
    const start = this.packetStart >= 0 ? this.packetStart : this.payloadStart;
    // Not slice(): that of a Buffer is a view.
    const bytes = new Uint8Array(this.source.subarray(start, this.payloadEnd));
    this.#memory = undefined;
    this.#alone = true;
    this.#move(bytes, -start);
    return this;
  }

  #move(source: Uint8Array, by: number): void {
    this.source = source;
    if (this.packetStart >= 0) this.packetStart += by;
    this.payloadStart += by;
    this.payloadEnd += by;
  }
}
