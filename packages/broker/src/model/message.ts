import type { Publish, QoS } from '@magpie/protocol';

/**
 * What was published. Shared by everybody who gets it, and never changed.
 *
 * The bytes are addressed by offsets into `source`, since a typed array view per message would cost more
 * than the rest of a QoS 0 delivery (`bench --only one-to-one`). A message that came from a client first
 * lies in the buffer that all sockets are read into, and is valid only until the next read. Whoever keeps
 * it longer calls {@link keep} first; that moves the bytes and changes nothing else.
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
  /** Whether `source` may be overwritten by the next read. */
  #borrowed: boolean;

  private constructor(topic: string, qos: QoS, retain: boolean, publisher: string, source: Uint8Array,
    packetStart: number, payloadStart: number, payloadEnd: number, borrowed: boolean) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.publisher = publisher;
    this.source = source;
    this.packetStart = packetStart;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
    this.#borrowed = borrowed;
  }

  /**
   * The message in a PUBLISH that was just read.
   *
   * @param packetStart Where the packet starts in `packet.source`; -1 if its bytes must not be sent on.
   * @param borrowed Whether those bytes may be overwritten after this turn.
   */
  static received(packet: Publish, publisher: string, packetStart: number, borrowed: boolean): Message {
    return new Message(packet.topic, packet.qos, packet.retain, publisher, packet.source,
      packetStart, packet.payloadStart, packet.payloadEnd, borrowed);
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
    return new Message(topic, qos, retain, publisher, payload, -1, 0, payload.length, false);
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

  /** Makes the bytes this message's own, so that it may outlive the turn. Cheap the second time. */
  keep(): this {
    if (!this.#borrowed) return this;
    const start = this.packetStart >= 0 ? this.packetStart : this.payloadStart;
    // Not slice(): that of a Buffer is a view.
    this.source = new Uint8Array(this.source.subarray(start, this.payloadEnd));
    this.packetStart = this.packetStart >= 0 ? 0 : -1;
    this.payloadStart -= start;
    this.payloadEnd -= start;
    this.#borrowed = false;
    return this;
  }
}
