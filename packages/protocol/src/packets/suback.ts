import type { ByteReader } from '../bytes/byte-reader.js';
import { ProtocolError } from '../faults.js';
import { SUBACK_FAILURE } from '../reason-codes.js';
import { PACKET_ID_BYTES, readPacketId, writePacketId } from './packet-id.js';
import { isQoS } from './qos.js';

/** Answers SUBSCRIBE (MQTT 3.1.1, 3.9). */
export interface Suback {
  readonly type: 'suback';
  readonly packetId: number;
  /** For each filter, in their order: the granted QoS, or `SUBACK_FAILURE`. */
  readonly returnCodes: readonly number[];
}

/** @throws {ProtocolError} `MALFORMED_PACKET` if it has no return code or an unknown one. */
export function decodeSuback(reader: ByteReader): Suback {
  const packetId = readPacketId(reader, 'MQTT-2.3.1-7');
  const returnCodes: number[] = [];
  while (reader.remaining > 0) returnCodes.push(readReturnCode(reader));
  if (returnCodes.length === 0) {
    throw new ProtocolError('MALFORMED_PACKET', 'SUBACK has no return code', 'MQTT-3.8.4-5');
  }
  return { type: 'suback', packetId, returnCodes };
}

/** Its Remaining Length. */
export function subackLength(packet: Suback): number {
  return PACKET_ID_BYTES + packet.returnCodes.length;
}

/** Writes all but the fixed header and returns the end. */
export function writeSuback(packet: Suback, target: Uint8Array, at: number): number {
  at = writePacketId(target, at, packet.packetId);
  target.set(packet.returnCodes, at);
  return at + packet.returnCodes.length;
}

function readReturnCode(reader: ByteReader): number {
  const code = reader.uint8('Return code');
  if (isQoS(code) || code === SUBACK_FAILURE) return code;
  const problem = `SUBACK return code must be 0, 1, 2 or 128: it is ${code}`;
  throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-3.9.3-2');
}
