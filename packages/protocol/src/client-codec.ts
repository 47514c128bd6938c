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
import { PACKET_ID_BYTES, writePacketId } from './packets/packet-id.js';
import {
  checkReservedFlags,
  PACKET_TYPES,
  packetTypeName,
  reservedFlags,
} from './packets/packet-type.js';
import { PINGRESP } from './packets/pingresp.js';
import { decodePuback } from './packets/puback.js';
import { decodePubcomp } from './packets/pubcomp.js';
import { decodePublish, publishFlags, publishLength, writePublish } from './packets/publish.js';
import { decodePubrec } from './packets/pubrec.js';
import { decodePubrel } from './packets/pubrel.js';
import { decodeSuback } from './packets/suback.js';
import { subscribeLength, writeSubscribe } from './packets/subscribe.js';
import { decodeUnsuback } from './packets/unsuback.js';
import { unsubscribeLength, writeUnsubscribe } from './packets/unsubscribe.js';

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
  checkReservedFlags(frame.type, frame.flags, 4);
  const packet = decodeBody(frame.type, reader);
  reader.finish();
  return packet;
}

/**
 * Bytes of the encoded packet.
 *
 * @throws {RangeError} if a field or the whole is larger than MQTT can say.
 */
export function clientPacketLength(packet: ClientPacket): number {
  const remaining = remainingLength(packet);
  return 1 + varintSize(remaining) + remaining;
}

/**
 * Encodes one packet of a client at `target[at]`. The caller has made room for
 * {@link clientPacketLength} bytes.
 *
 * @returns The end of what was written.
 * @throws {RangeError} as {@link clientPacketLength}; then nothing has been written.
 */
export function encodeClientPacketInto(
  packet: ClientPacket,
  target: Uint8Array,
  at: number,
): number {
  const remaining = remainingLength(packet);
  const type = PACKET_TYPES[packet.type];
  const flags =
    packet.type === 'publish'
      ? publishFlags(packet.qos, packet.retain, packet.dup)
      : reservedFlags(type);
  target[at] = (type << 4) | flags;
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
    case PACKET_TYPES.connect:
    case PACKET_TYPES.subscribe:
    case PACKET_TYPES.unsubscribe:
    case PACKET_TYPES.pingreq:
    case PACKET_TYPES.disconnect:
      throw new ProtocolError(
        'PROTOCOL_ERROR',
        `A server sent ${packetTypeName(type)}`,
        'MQTT-4.8.0-1',
      );
    default:
      throw new ProtocolError(
        'MALFORMED_PACKET',
        `${packetTypeName(type)} is reserved`,
        'MQTT-4.8.0-1',
      );
  }
}

function remainingLength(packet: ClientPacket): number {
  const length = bodyLength(packet);
  if (length <= REMAINING_LENGTH_MAX) return length;
  const name = packet.type.toUpperCase();
  throw new RangeError(
    `${name} must have a Remaining Length of at most ${REMAINING_LENGTH_MAX}: it has ${length}`,
  );
}

function bodyLength(packet: ClientPacket): number {
  switch (packet.type) {
    case 'publish':
      return publishLength(packet);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return PACKET_ID_BYTES;
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

function writeBody(packet: ClientPacket, target: Uint8Array, at: number): number {
  switch (packet.type) {
    case 'publish':
      return writePublish(packet, target, at);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return writePacketId(target, at, packet.packetId);
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
