import type { ByteReader } from '../bytes/byte-reader.js';
import { stringSize, writeString } from '../bytes/byte-writer.js';
import { ProtocolError } from '../faults.js';
import { checkTopicFilter } from '../topics/topic-filter.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';
import { isQoS, type QoS } from './qos.js';

/** A topic filter, and the highest QoS its subscriber wants. */
export interface Subscription {
  readonly filter: string;
  readonly qos: QoS;
}

/** Asks for the messages that match (MQTT 3.1.1, 3.8). */
export interface Subscribe {
  readonly type: 'subscribe';
  readonly packetId: number;
  /** At least one, in the order of the packet. */
  readonly subscriptions: readonly Subscription[];
}

/**
 * @throws {ProtocolError} `TOPIC_FILTER_INVALID`, or `PROTOCOL_ERROR` if there is no filter, or
 *   `MALFORMED_PACKET` for all else.
 */
export function decodeSubscribe(reader: ByteReader): Subscribe {
  const packetId = readPacketId(reader, 'MQTT-2.3.1-1');
  const subscriptions: Subscription[] = [];
  while (reader.remaining > 0) subscriptions.push(readSubscription(reader));
  if (subscriptions.length === 0) {
    throw new ProtocolError('PROTOCOL_ERROR', 'SUBSCRIBE has no topic filter', 'MQTT-3.8.3-3');
  }
  return { type: 'subscribe', packetId, subscriptions };
}

/** Its Remaining Length. @throws {RangeError} if a topic filter has more than 65,535 bytes. */
export function subscribeLength(packet: Subscribe): number {
  let length = PACKET_ID_BYTES;
  for (const { filter } of packet.subscriptions) length += stringSize(filter, 'Topic filter') + 1;
  return length;
}

/** Writes all but the fixed header and returns the end. */
export function writeSubscribe(packet: Subscribe, target: Uint8Array, at: number): number {
  at = writePacketId(target, at, packet.packetId);
  for (const { filter, qos } of packet.subscriptions) {
    at = writeString(target, at, filter);
    target[at++] = qos;
  }
  return at;
}

function readSubscription(reader: ByteReader): Subscription {
  const filter = reader.utf8('Topic filter');
  const qos = reader.uint8('Requested QoS');
  if (!isQoS(qos)) {
    const problem = `Requested QoS must be 0, 1 or 2: the byte is ${qos}`;
    throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-3-8.3-4'); // spelled so there
  }
  checkTopicFilter(filter);
  return { filter, qos };
}
