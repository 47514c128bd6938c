/**
 * The half of codec.ts that a client needs: it reads what a server may send and writes what a
 * client may send, in MQTT 3.1.1. A bundle for browsers that takes this file holds nothing else.
 */
import { assert, unreachable } from './assert.js';
import type { ByteReader } from './bytes/byte-reader.js';
import { varintSize, writeVarint } from './bytes/varint.js';
import { ProtocolError } from './faults.js';
import type { Frame } from './framing/frame.js';
import { REMAINING_LENGTH_MAX } from './limits.js';
import { decodeConnack } from './packets/connack.js';
import { connectLength, writeConnect } from './packets/connect.js';
import type { ClientPacket, ServerPacket } from './packets/packet.js';
import { PACKET_TYPES, reservedFlags } from './packets/packet-type.js';
import { PINGRESP } from './packets/pingresp.js';
import { decodePuback } from './packets/puback.js';
import { decodePubcomp } from './packets/pubcomp.js';
import { decodePublish } from './packets/publish.js';
import { decodePubrec } from './packets/pubrec.js';
import { decodePubrel } from './packets/pubrel.js';
import { decodeSuback } from './packets/suback.js';
import { subscribeLength, writeSubscribe } from './packets/subscribe.js';
import { decodeUnsuback } from './packets/unsuback.js';
import { unsubscribeLength, writeUnsubscribe } from './packets/unsubscribe.js';

/**
 * What a client sends but for messages and their acknowledgements: those are many, and have ways of
 * their own (`writePublishHead`).
 */
export type ClientRequest = Exclude<
  ClientPacket,
  { readonly type: 'publish' | 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' }
>;

/**
 * Decodes one framed packet of a server.
 *
 * @param reader Is aimed at the frame; a PUBLISH keeps the frame's source, nothing else does.
 * @throws {ProtocolError} `PROTOCOL_ERROR` if it is one that only clients send, else as `decode`;
 *   and nothing else, whatever the bytes are.
 */
export function decodeServerPacket(frame: Frame, reader: ByteReader): ServerPacket {
  reader.reset(frame.source, frame.bodyStart, frame.bodyEnd);
  if (frame.type === PACKET_TYPES.publish) return decodePublish(frame.flags, reader);
  checkFlags(frame.type, frame.flags);
  const packet = decodeBody(frame.type, reader);
  reader.finish();
  return packet;
}

/**
 * Bytes of the encoded packet.
 *
 * @throws {RangeError} if a field or the whole is larger than MQTT can say.
 */
export function clientRequestLength(packet: ClientRequest): number {
  const remaining = remainingLength(packet);
  return 1 + varintSize(remaining) + remaining;
}

/**
 * Encodes one request of a client at `target[at]`. The caller has made room for
 * {@link clientRequestLength} bytes.
 *
 * @returns The end of what was written.
 * @throws {RangeError} as {@link clientRequestLength}; then nothing has been written.
 */
export function encodeClientRequestInto(
  packet: ClientRequest,
  target: Uint8Array,
  at: number,
): number {
  const remaining = remainingLength(packet);
  const type = PACKET_TYPES[packet.type];
  target[at] = (type << 4) | reservedFlags(type);
  const bodyStart = writeVarint(target, at + 1, remaining);
  const end = writeBody(packet, target, bodyStart);
  // A byte not filled would tell the peer what the memory held before.
  assert(end - bodyStart === remaining, `${packet.type} was measured wrongly`);
  return end;
}

function decodeBody(type: number, reader: ByteReader): ServerPacket {
  switch (type) {
    case PACKET_TYPES.connack:
      return decodeConnack(reader, 4);
    case PACKET_TYPES.puback:
      return decodePuback(reader);
    case PACKET_TYPES.pubrec:
      return decodePubrec(reader);
    case PACKET_TYPES.pubrel:
      return decodePubrel(reader);
    case PACKET_TYPES.pubcomp:
      return decodePubcomp(reader);
    case PACKET_TYPES.suback:
      return decodeSuback(reader);
    case PACKET_TYPES.unsuback:
      return decodeUnsuback(reader);
    case PACKET_TYPES.pingresp:
      return PINGRESP;
    default:
      return refuseType(type);
  }
}

/** Short texts: a client that meets them can only hang up. */
function refuseType(type: number): never {
  const isReserved = type === 0 || type === 15;
  const fault = isReserved ? 'MALFORMED_PACKET' : 'PROTOCOL_ERROR';
  throw new ProtocolError(fault, `A server sent packet type ${type}`, 'MQTT-4.8.0-1');
}

/** Of a packet other than PUBLISH (MQTT 3.1.1, table 2.2). */
function checkFlags(type: number, flags: number): void {
  if (flags === reservedFlags(type) || type === 0 || type === 15) return;
  const problem = `Packet type ${type} must not have flags ${flags}`;
  throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-2.2.2-2');
}

function remainingLength(packet: ClientRequest): number {
  const length = bodyLength(packet);
  if (length <= REMAINING_LENGTH_MAX) return length;
  const name = packet.type.toUpperCase();
  throw new RangeError(
    `${name} must have a Remaining Length of at most ${REMAINING_LENGTH_MAX}: it has ${length}`,
  );
}

function bodyLength(packet: ClientRequest): number {
  switch (packet.type) {
    case 'subscribe':
      return subscribeLength(packet);
    case 'unsubscribe':
      return unsubscribeLength(packet);
    case 'connect':
      return connectLength(packet);
    case 'pingreq':
    case 'disconnect':
      return 0;
    default:
      return unreachable(packet);
  }
}

function writeBody(packet: ClientRequest, target: Uint8Array, at: number): number {
  switch (packet.type) {
    case 'subscribe':
      return writeSubscribe(packet, target, at);
    case 'unsubscribe':
      return writeUnsubscribe(packet, target, at);
    case 'connect':
      return writeConnect(packet, target, at);
    case 'pingreq':
    case 'disconnect':
      return at;
    default:
      return unreachable(packet);
  }
}
