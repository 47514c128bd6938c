import { ProtocolError } from '../faults.js';
import { decodeString } from './decode-string.js';

/**
 * Decodes the bytes of a topic name (MQTT 3.1.1, 4.7).
 *
 * @throws {ProtocolError} `TOPIC_NAME_INVALID` if it is empty or holds a wildcard,
 *   `MALFORMED_PACKET` if it is no string.
 */
export function decodeTopicName(source: Uint8Array, start: number, end: number): string {
  const name = decodeString(source, start, end, 'Topic name');
  if (name === '') {
    throw new ProtocolError('TOPIC_NAME_INVALID', 'Topic name is empty', 'MQTT-4.7.3-1');
  }
  if (name.includes('+') || name.includes('#')) {
    throw new ProtocolError('TOPIC_NAME_INVALID', 'Topic name has a wildcard', 'MQTT-3.3.2-2');
  }
  return name;
}
