import type { ByteReader } from '../bytes/byte-reader.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';

/** Answers a PUBLISH of QoS 1 (MQTT 3.1.1, 3.4). */
export interface Puback {
  readonly type: 'puback';
  readonly packetId: number;
}

/** @throws {ProtocolError} `MALFORMED_PACKET` if the packet identifier is missing or 0. */
export function decodePuback(reader: ByteReader): Puback {
  return { type: 'puback', packetId: readPacketId(reader, 'MQTT-2.3.1-6') };
}

/** Its Remaining Length. */
export function pubackLength(): number {
  return PACKET_ID_BYTES;
}

/** Writes all but the fixed header and returns the end. */
export function writePuback(packet: Puback, target: Uint8Array, at: number): number {
  return writePacketId(target, at, packet.packetId);
}
