import type { ByteReader } from '../bytes/byte-reader.js';
import { stringSize, writeString } from '../bytes/byte-writer.js';
import { ProtocolError } from '../faults.js';
import { checkTopicFilter } from '../topics/topic-filter.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';

/** Ends subscriptions (MQTT 3.1.1, 3.10). */
export interface Unsubscribe {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  /** At least one, in the order of the packet. */
  readonly filters: readonly string[];
}

/**
 * @throws {ProtocolError} `TOPIC_FILTER_INVALID`, or `PROTOCOL_ERROR` if there is no filter, or
 *   `MALFORMED_PACKET` for all else.
 */
export function decodeUnsubscribe(reader: ByteReader): Unsubscribe {
  const packetId = readPacketId(reader, 'MQTT-2.3.1-1');
  const filters: string[] = [];
  while (reader.remaining > 0) {
    const filter = reader.utf8('Topic filter');
    checkTopicFilter(filter);
    filters.push(filter);
  }
  if (filters.length === 0) {
    throw new ProtocolError('PROTOCOL_ERROR', 'UNSUBSCRIBE has no topic filter', 'MQTT-3.10.3-2');
  }
  return { type: 'unsubscribe', packetId, filters };
}

/** Its Remaining Length. @throws {RangeError} if a topic filter has more than 65,535 bytes. */
export function unsubscribeLength(packet: Unsubscribe): number {
  let length = PACKET_ID_BYTES;
  for (const filter of packet.filters) length += stringSize(filter, 'Topic filter');
  return length;
}

/** Writes all but the fixed header and returns the end. */
export function writeUnsubscribe(packet: Unsubscribe, target: Uint8Array, at: number): number {
  at = writePacketId(target, at, packet.packetId);
  for (const filter of packet.filters) at = writeString(target, at, filter);
  return at;
}
