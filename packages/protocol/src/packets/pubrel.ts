import type { ByteReader } from '../bytes/byte-reader.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';

/** Answers PUBREC: the packet identifier may be released (MQTT 3.1.1, 3.6). */
export interface Pubrel {
  readonly type: 'pubrel';
  readonly packetId: number;
}

/** @throws {ProtocolError} `MALFORMED_PACKET` if the packet identifier is missing or 0. */
export function decodePubrel(reader: ByteReader): Pubrel {
  return { type: 'pubrel', packetId: readPacketId(reader, 'MQTT-2.3.1-6') };
}

/** Its Remaining Length. */
export function pubrelLength(): number {
  return PACKET_ID_BYTES;
}

/** Writes all but the fixed header and returns the end. */
export function writePubrel(packet: Pubrel, target: Uint8Array, at: number): number {
  return writePacketId(target, at, packet.packetId);
}
