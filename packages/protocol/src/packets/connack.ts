import type { ByteReader } from '../bytes/byte-reader.js';
import { ProtocolError } from '../faults.js';
import { CONNACK_CODE_MAX } from '../reason-codes.js';
import type { ProtocolVersion } from './protocol-version.js';

/** Answers CONNECT (MQTT 3.1.1, 3.2). */
export interface Connack {
  readonly type: 'connack';
  /** Whether the server resumes a stored session. MQTT 3.1 cannot say it. */
  readonly sessionPresent: boolean;
  /** 0 to 5, see `CONNACK_CODES`. */
  readonly returnCode: number;
}

const CONNACK_BYTES = 2;

/**
 * @param version In MQTT 3.1 the first byte is reserved and means nothing.
 * @throws {ProtocolError} `MALFORMED_PACKET` if reserved bits are set or the code is reserved.
 */
export function decodeConnack(reader: ByteReader, version: ProtocolVersion): Connack {
  const firstByte = reader.uint8('CONNACK flags');
  const flags = version === 3 ? 0 : firstByte;
  const returnCode = reader.uint8('Return code');
  if (flags > 1) {
    throw new ProtocolError('MALFORMED_PACKET', 'CONNACK has reserved flags set', 'MQTT-4.8.0-1');
  }
  if (returnCode > CONNACK_CODE_MAX) {
    const problem = `CONNACK return code must be at most ${CONNACK_CODE_MAX}: it is ${returnCode}`;
    throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-4.8.0-1');
  }
  const sessionPresent = flags === 1;
  if (sessionPresent && returnCode !== 0) {
    const problem = `CONNACK refuses with code ${returnCode} and has a session present`;
    throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-3.2.2-4');
  }
  return { type: 'connack', sessionPresent, returnCode };
}

/** Its Remaining Length. */
export function connackLength(): number {
  return CONNACK_BYTES;
}

/** Writes all but the fixed header and returns the end. */
export function writeConnack(
  packet: Connack,
  version: ProtocolVersion,
  target: Uint8Array,
  at: number,
): number {
  target[at] = packet.sessionPresent && version !== 3 ? 1 : 0;
  target[at + 1] = packet.returnCode;
  return at + CONNACK_BYTES;
}
