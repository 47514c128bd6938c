import type { ByteReader } from '../bytes/byte-reader.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';

/** Answers a PUBLISH of QoS 2: it has been received (MQTT 3.1.1, 3.5). */
export interface Pubrec {
  readonly type: 'pubrec';
  readonly packetId: number;
}

/** @throws {ProtocolError} `MALFORMED_PACKET` if the packet identifier is missing or 0. */
export function decodePubrec(reader: ByteReader): Pubrec {
  return { type: 'pubrec', packetId: readPacketId(reader, 'MQTT-2.3.1-6') };
}

/** Its Remaining Length. */
export function pubrecLength(): number {
  return PACKET_ID_BYTES;
}

/** Writes all but the fixed header and returns the end. */
export function writePubrec(packet: Pubrec, target: Uint8Array, at: number): number {
  return writePacketId(target, at, packet.packetId);
}
