import { decodeUtf8, ProtocolError, type QoS, validateTopicName } from '@magpie/protocol';
import type { Receipt } from '../session/receipt.js';

/** What a server may send. */
export type ServerPacket =
  | { readonly type: 'connack'; readonly sessionPresent: boolean; readonly returnCode: number }
  | ({ readonly type: 'publish' } & Receipt)
  | { readonly type: AnswerType; readonly packetId: number }
  | {
      readonly type: 'suback';
      readonly packetId: number;
      readonly returnCodes: readonly number[];
    }
  | { readonly type: 'pingresp' };

type AnswerType = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback';

/**
 * Reads a packet of a server (MQTT 3.1.1, 3). It takes and refuses what `decode` of
 * `@magpie/protocol` does, in fewer bytes and fewer words: a client can only hang up.
 *
 * @param first First byte of the fixed header.
 * @param source Holds what follows the fixed header, from `at` to `end`; nothing is kept of it.
 * @param lastTopic A valid topic name: most often the next is the same.
 * @throws {ProtocolError} `MALFORMED_PACKET`
 */
export function readPacket(
  first: number,
  source: Uint8Array,
  at: number,
  end: number,
  lastTopic: string,
): ServerPacket {
  const packet =
    first >> 4 === 3
      ? readPublish(first, source, at, end, lastTopic)
      : readAnswer(first, source, at, end);
  if (packet !== undefined) return packet;
  const shown = [first, ...source.subarray(at, Math.min(end, at + SHOWN_BYTES))];
  const hex = shown.map((byte) => byte.toString(16)).join(' ');
  throw new ProtocolError('MALFORMED_PACKET', `a malformed packet: ${hex}`);
}

function readPublish(
  first: number,
  source: Uint8Array,
  start: number,
  end: number,
  lastTopic: string,
): ServerPacket | undefined {
  const qos = (first >> 1) & 3;
  const dup = (first & 8) > 0;
  const topicEnd = start + 2 + uint16(source, start);
  const at = qos > 0 ? topicEnd + 2 : topicEnd;
  const packetId = qos > 0 ? uint16(source, topicEnd) : 0;
  if (qos === 3 || (qos === 0 ? dup : packetId === 0) || !(at <= end)) return undefined;
  const topic = decodeUtf8(source, start + 2, topicEnd, lastTopic);
  if (topic !== lastTopic && (topic === undefined || validateTopicName(topic) !== undefined)) {
    return undefined;
  }
  return {
    type: 'publish',
    topic,
    payload: new Uint8Array(source.subarray(at, end)),
    qos: qos as QoS,
    retain: (first & 1) > 0,
    dup,
    packetId,
    connection: 0,
    holders: 0,
    consumed: false,
  };
}

function readAnswer(
  first: number,
  source: Uint8Array,
  at: number,
  end: number,
): ServerPacket | undefined {
  const length = end - at;
  const packetId = uint16(source, at);
  if (first === 0xd0) return length === 0 ? { type: 'pingresp' } : undefined;
  if (first === 0x20) {
    // The first byte says whether a session is present, the second the return code.
    return length === 2 && (packetId <= 5 || packetId === 0x100)
      ? { type: 'connack', sessionPresent: packetId > 5, returnCode: packetId & 0xff }
      : undefined;
  }
  if (length < 2 || packetId === 0) return undefined;
  const type = ANSWERS[first];
  if (type !== undefined) return length === 2 ? { type, packetId } : undefined;
  const returnCodes = [...source.subarray(at + 2, end)];
  const known = first === 0x90 && length > 2;
  return known && returnCodes.every((code) => code < 3 || code === 128)
    ? { type: 'suback', packetId, returnCodes }
    : undefined;
}

/** By the first byte (MQTT 3.1.1, 2.2): what has a packet identifier and nothing else. */
const ANSWERS: { readonly [first: number]: AnswerType | undefined } = {
  0x40: 'puback',
  0x50: 'pubrec',
  0x62: 'pubrel',
  0x70: 'pubcomp',
  0xb0: 'unsuback',
};
/** Of what follows the fixed header, in the message of the error. */
const SHOWN_BYTES = 16;

function uint16(source: Uint8Array, at: number): number {
  return source[at]! * 256 + source[at + 1]!;
}
