import type { ByteReader } from '../bytes/byte-reader.js';
import { stringSize, writeString, writeUint16 } from '../bytes/byte-writer.js';
import { varintSize, writeVarint } from '../bytes/varint.js';
import { ProtocolError } from '../faults.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';
import type { QoS } from './qos.js';

export interface PublishFields {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  /** 1 to 65535 with QoS 1 and 2. */
  readonly packetId?: number;
}

/**
 * An application message on its way (MQTT 3.1.1, 3.3).
 *
 * A class, so that every one has the same shape, and no view is made of a payload that is only
 * copied on: source[payloadStart, payloadEnd) says where it lies. After decoding, `source` is the
 * frame's and lives as long; whoever keeps the payload longer copies it, unless the frame is owned.
 */
export class Publish {
  readonly type = 'publish';
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 with QoS 0. */
  readonly packetId: number;
  readonly source: Uint8Array;
  readonly payloadStart: number;
  readonly payloadEnd: number;

  constructor(
    topic: string,
    qos: QoS,
    retain: boolean,
    dup: boolean,
    packetId: number,
    source: Uint8Array,
    payloadStart: number,
    payloadEnd: number,
  ) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.dup = dup;
    this.packetId = packetId;
    this.source = source;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
  }

  /** A packet over the bytes of `payload`, which are not copied. The topic is not validated. */
  static of(fields: PublishFields): Publish {
    const { topic, payload, qos = 0, retain = false, dup = false, packetId = 0 } = fields;
    return new Publish(topic, qos, retain, dup, packetId, payload, 0, payload.length);
  }

  /** The payload: a view, made anew at every call. */
  get payload(): Uint8Array {
    return this.source.subarray(this.payloadStart, this.payloadEnd);
  }

  get payloadLength(): number {
    return this.payloadEnd - this.payloadStart;
  }
}

/** Its type (table 2.1). */
const FIRST_BYTE = 0x30;
const DUP = 0b1000;
const RETAIN = 0b0001;

/**
 * Decodes the variable header of a PUBLISH and finds its payload (MQTT 3.1.1, 3.3).
 *
 * @param flags Low nibble of the fixed header.
 * @throws {ProtocolError} `MALFORMED_PACKET` if the bytes break 3.3.1 or 3.3.2,
 *   `TOPIC_NAME_INVALID` if the topic name is empty or has a wildcard.
 */
export function decodePublish(flags: number, reader: ByteReader): Publish {
  const qos = (flags >> 1) & 0b11;
  const dup = (flags & DUP) !== 0;
  if (qos === 3) throw new ProtocolError('MALFORMED_PACKET', 'PUBLISH has QoS 3', 'MQTT-3.3.1-4');
  if (dup && qos === 0) {
    throw new ProtocolError('MALFORMED_PACKET', 'PUBLISH has DUP and QoS 0', 'MQTT-3.3.1-2');
  }
  const topic = reader.topicName('Topic name');
  const packetId = qos === 0 ? 0 : readPacketId(reader, 'MQTT-2.3.1-1');
  const retain = (flags & RETAIN) !== 0;
  const { source, position, end } = reader;
  reader.skipRest();
  return new Publish(topic, qos as QoS, retain, dup, packetId, source, position, end);
}

/** Low nibble of the fixed header (3.3.1). */
export function publishFlags(qos: QoS, retain: boolean, dup: boolean): number {
  return (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0);
}

/** Its Remaining Length. @throws {RangeError} if the topic name has more than 65,535 bytes. */
export function publishLength(packet: Publish): number {
  const idBytes = packet.qos === 0 ? 0 : PACKET_ID_BYTES;
  return stringSize(packet.topic, 'Topic name') + idBytes + packet.payloadLength;
}

/** Writes all but the fixed header and returns the end. */
export function writePublish(packet: Publish, target: Uint8Array, at: number): number {
  at = writeString(target, at, packet.topic);
  if (packet.qos !== 0) at = writePacketId(target, at, packet.packetId);
  target.set(packet.payload, at);
  return at + packet.payloadLength;
}

/**
 * Bytes of all of a PUBLISH but its payload, fixed header included.
 *
 * @param topicBytes Bytes of the topic name in UTF-8, at most 65,535.
 */
export function publishHeadLength(topicBytes: number, payloadLength: number, qos: QoS): number {
  const variable = 2 + topicBytes + (qos === 0 ? 0 : PACKET_ID_BYTES);
  return 1 + varintSize(variable + payloadLength) + variable;
}

/**
 * Writes all of a PUBLISH but its payload, which the caller copies behind it or sends by
 * reference. Receivers of QoS 1 and 2 differ only in the two bytes before the returned end.
 *
 * @param topicBytes Bytes of the topic name in UTF-8, at most 65,535.
 * @param packetId 0 with QoS 0.
 * @returns The end: `at` + {@link publishHeadLength}.
 */
export function writePublishHead(
  target: Uint8Array,
  at: number,
  topic: string,
  topicBytes: number,
  payloadLength: number,
  qos: QoS,
  retain: boolean,
  dup: boolean,
  packetId: number,
): number {
  const variable = 2 + topicBytes + (qos === 0 ? 0 : PACKET_ID_BYTES);
  target[at] = FIRST_BYTE | publishFlags(qos, retain, dup);
  at = writeVarint(target, at + 1, variable + payloadLength);
  at = writeString(target, at, topic);
  return qos === 0 ? at : writeUint16(target, at, packetId);
}
