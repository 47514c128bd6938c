import { ProtocolError, validateTopicName } from '@magpie/protocol';
import type { ReceivedFields } from '../subscriptions/received-message.js';

/** What a server may send to a client that never uses QoS 2. */
export type SmallPacket =
  | { readonly type: 'connack'; readonly sessionPresent: boolean; readonly returnCode: number }
  | ({ readonly type: 'publish' } & ReceivedFields)
  | { readonly type: 'puback' | 'unsuback'; readonly packetId: number }
  | {
      readonly type: 'suback';
      readonly packetId: number;
      readonly returnCodes: readonly number[];
    }
  | { readonly type: 'pingresp' };

/**
 * Decodes a packet (MQTT 3.1.1, 3). It takes and refuses what `decodeServerPacket` of
 * `@magpie/protocol` does, but for QoS 2, in fewer bytes and fewer words.
 *
 * @param first First byte of the fixed header.
 * @param body What follows the fixed header. The payload of a message is a part of it.
 * @throws {ProtocolError} `MALFORMED_PACKET`
 */
export function decodeSmallPacket(first: number, body: Uint8Array): SmallPacket {
  const packet = first >> 4 === 3 ? publishOf(first & 0x0f, body) : answerOf(first, body);
  if (packet !== undefined) return packet;
  throw new ProtocolError('MALFORMED_PACKET', `a bad packet of type ${first >> 4}`);
}

function answerOf(first: number, body: Uint8Array): SmallPacket | undefined {
  const { length } = body;
  const [one = 0, two = 0] = body;
  const packetId = one * 256 + two;
  if (first === 0xd0) return length === 0 ? { type: 'pingresp' } : undefined;
  if (first === 0x20) {
    const known = length === 2 && (one === 0 ? two <= 5 : one === 1 && two === 0);
    return known ? { type: 'connack', sessionPresent: one > 0, returnCode: two } : undefined;
  }
  if (packetId === 0) return undefined;
  if (first === 0x40 || first === 0xb0) {
    return length === 2 ? { type: first === 0x40 ? 'puback' : 'unsuback', packetId } : undefined;
  }
  const returnCodes = [...body.subarray(2)];
  const known = first === 0x90 && returnCodes.every((code) => code <= 2 || code === 128);
  return known && length > 2 ? { type: 'suback', packetId, returnCodes } : undefined;
}

function publishOf(flags: number, body: Uint8Array): SmallPacket | undefined {
  const qos = flags >> 1 === 1 || flags >> 1 === 5 ? 1 : 0;
  if (qos === 0 && flags > 1) return undefined; // QoS 2, QoS 3, or DUP with QoS 0
  const topicEnd = 2 + uint16(body, 0);
  const payloadAt = topicEnd + 2 * qos;
  if (payloadAt > body.length) return undefined;
  const packetId = qos === 0 ? 0 : uint16(body, topicEnd);
  const topic = textOf(body.subarray(2, topicEnd));
  if (packetId < qos || topic === undefined || validateTopicName(topic)) return undefined;
  const [dup, retain] = [flags > 7, flags % 2 > 0];
  return { type: 'publish', topic, payload: body.subarray(payloadAt), qos, retain, dup, packetId };
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
