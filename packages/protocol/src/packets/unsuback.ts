import type { ByteReader } from '../bytes/byte-reader.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';

/** Answers UNSUBSCRIBE (MQTT 3.1.1, 3.11). */
export interface Unsuback {
  readonly type: 'unsuback';
  readonly packetId: number;
}

/** @throws {ProtocolError} `MALFORMED_PACKET` if the packet identifier is missing or 0. */
export function decodeUnsuback(reader: ByteReader): Unsuback {
  return { type: 'unsuback', packetId: readPacketId(reader, 'MQTT-2.3.1-7') };
}

/** Its Remaining Length. */
export function unsubackLength(): number {
  return PACKET_ID_BYTES;
}

/** Writes all but the fixed header and returns the end. */
export function writeUnsuback(packet: Unsuback, target: Uint8Array, at: number): number {
  return writePacketId(target, at, packet.packetId);
}
