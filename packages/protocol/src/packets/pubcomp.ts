import type { ByteReader } from '../bytes/byte-reader.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';

/** Answers PUBREL and ends a delivery of QoS 2 (MQTT 3.1.1, 3.7). */
export interface Pubcomp {
  readonly type: 'pubcomp';
  readonly packetId: number;
}

/** @throws {ProtocolError} `MALFORMED_PACKET` if the packet identifier is missing or 0. */
export function decodePubcomp(reader: ByteReader): Pubcomp {
  return { type: 'pubcomp', packetId: readPacketId(reader, 'MQTT-2.3.1-6') };
}

/** Its Remaining Length. */
export function pubcompLength(): number {
  return PACKET_ID_BYTES;
}

/** Writes all but the fixed header and returns the end. */
export function writePubcomp(packet: Pubcomp, target: Uint8Array, at: number): number {
  return writePacketId(target, at, packet.packetId);
}
