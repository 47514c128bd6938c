import { decodeUtf8 } from '#utf8';
import { ProtocolError } from '../faults.js';

/**
 * Decodes the bytes of a UTF-8 encoded string (MQTT 3.1.1, 1.5.3); U+FEFF is kept
 * (MQTT-1.5.3-3).
 *
 * @param field What is read, for the message.
 * @throws {ProtocolError} `MALFORMED_PACKET` if it is ill-formed or holds U+0000.
 */
export function decodeString(
  source: Uint8Array,
  start: number,
  end: number,
  field: string,
): string {
  const text = decodeUtf8(source, start, end);
  if (text === undefined) {
    const problem = `${field} is not well-formed UTF-8`;
    throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-1.5.3-1');
  }
  if (text.includes('\0')) {
    throw new ProtocolError('MALFORMED_PACKET', `${field} holds U+0000`, 'MQTT-1.5.3-2');
  }
  return text;
}
