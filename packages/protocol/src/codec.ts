/**
 * Between packets and bytes: one switch for each way (MQTT 3.1.1, 2 and 3). What a packet holds
 * stands in its own file; the fixed header, the trailing bytes and the room are looked after here.
 */
import { assert, unreachable } from './assert.js';
import type { ByteReader } from './bytes/byte-reader.js';
import { varintSize, writeVarint } from './bytes/varint.js';
import { ProtocolError } from './faults.js';
import type { Frame } from './framing/frame.js';
import { REMAINING_LENGTH_MAX } from './limits.js';
import { connackLength, decodeConnack, writeConnack } from './packets/connack.js';
import { connectLength, decodeConnect, writeConnect } from './packets/connect.js';
import { DISCONNECT } from './packets/disconnect.js';
import type { Packet } from './packets/packet.js';
import {
  checkReservedFlags,
  PACKET_TYPES,
  packetTypeName,
  reservedFlags,
} from './packets/packet-type.js';
import { PINGREQ } from './packets/pingreq.js';
import { PINGRESP } from './packets/pingresp.js';
import type { ProtocolVersion } from './packets/protocol-version.js';
import { decodePuback, pubackLength, writePuback } from './packets/puback.js';
import { decodePubcomp, pubcompLength, writePubcomp } from './packets/pubcomp.js';
import { decodePublish, publishFlags, publishLength, writePublish } from './packets/publish.js';
import { decodePubrec, pubrecLength, writePubrec } from './packets/pubrec.js';
import { decodePubrel, pubrelLength, writePubrel } from './packets/pubrel.js';
import { decodeSuback, subackLength, writeSuback } from './packets/suback.js';
import { decodeSubscribe, subscribeLength, writeSubscribe } from './packets/subscribe.js';
import { decodeUnsuback, unsubackLength, writeUnsuback } from './packets/unsuback.js';
import { decodeUnsubscribe, unsubscribeLength, writeUnsubscribe } from './packets/unsubscribe.js';

/**
 * Decodes one framed packet.
 *
 * @param version Of the connection. A CONNECT says its own: any will do before it.
 * @param reader Is aimed at the frame; a PUBLISH keeps the frame's source, nothing else does.
 * @throws {ProtocolError} and nothing else, whatever the bytes are.
 */
export function decode(frame: Frame, version: ProtocolVersion, reader: ByteReader): Packet {
  reader.reset(frame.source, frame.bodyStart, frame.bodyEnd);
  if (frame.type === PACKET_TYPES.publish) return decodePublish(frame.flags, reader);
  checkReservedFlags(frame.type, frame.flags, version);
  const packet = decodeBody(frame.type, version, reader);
  reader.finish();
  return packet;
}

/**
 * Encodes one packet into an exact allocation.
 *
 * @throws {RangeError} if a field or the whole is larger than MQTT can say.
 */
export function encode(packet: Packet, version: ProtocolVersion): Uint8Array {
  const remaining = remainingLength(packet);
  const target = new Uint8Array(1 + varintSize(remaining) + remaining);
  write(packet, version, target, 0, remaining);
  return target;
}

/** Bytes of the encoded packet. @throws {RangeError} as {@link encode}. */
export function encodedLength(packet: Packet, _version: ProtocolVersion): number {
  const remaining = remainingLength(packet);
  return 1 + varintSize(remaining) + remaining;
}

/**
 * Encodes one packet at `target[at]`, which may be a part of a large shared arena.
 *
 * @returns The end of what was written.
 * @throws {RangeError} as {@link encode}, or if there is no room; then nothing has been written.
 */
export function encodeInto(
  packet: Packet,
  version: ProtocolVersion,
  target: Uint8Array,
  at: number,
): number {
  const remaining = remainingLength(packet);
  const needed = 1 + varintSize(remaining) + remaining;
  if (needed > target.length - at) {
    throw new RangeError(`Packet needs ${needed} bytes: the target has ${target.length - at}`);
  }
  return write(packet, version, target, at, remaining);
}

function write(
  packet: Packet,
  version: ProtocolVersion,
  target: Uint8Array,
  at: number,
  remaining: number,
): number {
  const type = PACKET_TYPES[packet.type];
  const flags =
    packet.type === 'publish'
      ? publishFlags(packet.qos, packet.retain, packet.dup)
      : reservedFlags(type);
  target[at] = (type << 4) | flags;
  const bodyStart = writeVarint(target, at + 1, remaining);
  const end = writeBody(packet, version, target, bodyStart);
  // A byte not filled would tell the peer what the memory held before.
  assert(end - bodyStart === remaining, `${packet.type} was measured wrongly`);
  return end;
}

function decodeBody(type: number, version: ProtocolVersion, reader: ByteReader): Packet {
  switch (type) {
    case PACKET_TYPES.connect:
      return decodeConnect(reader);
    case PACKET_TYPES.connack:
      return decodeConnack(reader, version);
    case PACKET_TYPES.puback:
      return decodePuback(reader);
    case PACKET_TYPES.pubrec:
      return decodePubrec(reader);
    case PACKET_TYPES.pubrel:
      return decodePubrel(reader);
    case PACKET_TYPES.pubcomp:
      return decodePubcomp(reader);
    case PACKET_TYPES.subscribe:
      return decodeSubscribe(reader);
    case PACKET_TYPES.suback:
      return decodeSuback(reader);
    case PACKET_TYPES.unsubscribe:
      return decodeUnsubscribe(reader);
    case PACKET_TYPES.unsuback:
      return decodeUnsuback(reader);
    case PACKET_TYPES.pingreq:
      return PINGREQ;
    case PACKET_TYPES.pingresp:
      return PINGRESP;
    case PACKET_TYPES.disconnect:
      return DISCONNECT;
    default:
      throw new ProtocolError(
        'MALFORMED_PACKET',
        `${packetTypeName(type)} is reserved`,
        'MQTT-4.8.0-1',
      );
  }
}

function remainingLength(packet: Packet): number {
  const length = bodyLength(packet);
  if (length <= REMAINING_LENGTH_MAX) return length;
  const name = packet.type.toUpperCase();
  throw new RangeError(
    `${name} must have a Remaining Length of at most ${REMAINING_LENGTH_MAX}: it has ${length}`,
  );
}

function bodyLength(packet: Packet): number {
  switch (packet.type) {
    case 'publish':
      return publishLength(packet);
    case 'connect':
      return connectLength(packet);
    case 'connack':
      return connackLength();
    case 'puback':
      return pubackLength();
    case 'pubrec':
      return pubrecLength();
    case 'pubrel':
      return pubrelLength();
    case 'pubcomp':
      return pubcompLength();
    case 'subscribe':
      return subscribeLength(packet);
    case 'suback':
      return subackLength(packet);
    case 'unsubscribe':
      return unsubscribeLength(packet);
    case 'unsuback':
      return unsubackLength();
    case 'pingreq':
      return 0;
    case 'pingresp':
      return 0;
    case 'disconnect':
      return 0;
    default:
      return unreachable(packet);
  }
}

function writeBody(
  packet: Packet,
  version: ProtocolVersion,
  target: Uint8Array,
  at: number,
): number {
  switch (packet.type) {
    case 'publish':
      return writePublish(packet, target, at);
    case 'connect':
      return writeConnect(packet, target, at);
    case 'connack':
      return writeConnack(packet, version, target, at);
    case 'puback':
      return writePuback(packet, target, at);
    case 'pubrec':
      return writePubrec(packet, target, at);
    case 'pubrel':
      return writePubrel(packet, target, at);
    case 'pubcomp':
      return writePubcomp(packet, target, at);
    case 'subscribe':
      return writeSubscribe(packet, target, at);
    case 'suback':
      return writeSuback(packet, target, at);
    case 'unsubscribe':
      return writeUnsubscribe(packet, target, at);
    case 'unsuback':
      return writeUnsuback(packet, target, at);
    case 'pingreq':
      return at;
    case 'pingresp':
      return at;
    case 'disconnect':
      return at;
    default:
      return unreachable(packet);
  }
}
