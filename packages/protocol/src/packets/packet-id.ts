import { assert } from '../assert.js';
import type { ByteReader } from '../bytes/byte-reader.js';
import { writeUint16 } from '../bytes/byte-writer.js';
import { ProtocolError } from '../faults.js';
import { PACKET_ID_MAX } from '../limits.js';

export const PACKET_ID_BYTES = 2;

/**
 * Reads a packet identifier (MQTT 3.1.1, 2.3.1).
 *
 * @param clause The statement that an identifier of 0 violates.
 * @throws {ProtocolError} `MALFORMED_PACKET` if it is missing or 0.
 */
export function readPacketId(reader: ByteReader, clause: string): number {
  const packetId = reader.uint16('Packet identifier');
  if (packetId === 0) throw new ProtocolError('MALFORMED_PACKET', 'Packet identifier is 0', clause);
  return packetId;
}

/** Writes a packet identifier and returns the end. */
export function writePacketId(target: Uint8Array, at: number, packetId: number): number {
  assert(packetId >= 1 && packetId <= PACKET_ID_MAX, `packetId is ${packetId}`);
  return writeUint16(target, at, packetId);
}

/** The packet identifier of a sequence number: 1 to 65,535, then from the start. */
export function packetIdOf(sequence: number): number {
  return (sequence % PACKET_ID_MAX) + 1;
}
