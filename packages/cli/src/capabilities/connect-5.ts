/**
 * As much of MQTT 5.0 as it takes to ask a server what it offers: CONNECT without properties, and
 * the properties of CONNACK.
 */
import { ProtocolError, varintSize, writeVarint } from '@magpie/protocol';

/** What a client says who it is. */
export interface Identity {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
}

/** What a server says of itself (MQTT 5.0, 3.2.2.3), with the defaults of the standard. */
export interface Connack5 {
  readonly reasonCode: number;
  readonly receiveMaximum: number;
  readonly maximumQoS: number;
  readonly retainAvailable: boolean;
  /** `undefined`: no limit. */
  readonly maximumPacketSize: number | undefined;
  readonly topicAliasMaximum: number;
  readonly wildcardsAvailable: boolean;
  readonly subscriptionIdentifiersAvailable: boolean;
  readonly sharedAvailable: boolean;
  /** Seconds; `undefined`: what the client asked for. */
  readonly serverKeepAlive: number | undefined;
}

/** A CONNECT of MQTT 5.0 (3.1) with Clean Start and a keep-alive of a minute. */
export function encodeConnect5({ clientId, username, password }: Identity): Uint8Array {
  const flags =
    CLEAN_START | (username === undefined ? 0 : USERNAME) | (password === undefined ? 0 : PASSWORD);
  const body = Buffer.concat([
    field(Buffer.from('MQTT')),
    Buffer.of(5, flags, 0, KEEP_ALIVE_S),
    Buffer.of(0), // no properties
    field(Buffer.from(clientId)),
    ...(username === undefined ? [] : [field(Buffer.from(username))]),
    ...(password === undefined ? [] : [field(password)]),
  ]);
  const packet = Buffer.alloc(1 + varintSize(body.length) + body.length);
  packet[0] = 0x10;
  body.copy(packet, writeVarint(packet, 1, body.length));
  return packet;
}

/**
 * Reads what stands behind the fixed header of a CONNACK (3.2).
 *
 * @throws {ProtocolError} `MALFORMED_PACKET` if it is none of MQTT 5.0.
 */
export function decodeConnack5(body: Uint8Array): Connack5 {
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const values = new Map<number, number>();
  try {
    const reader = { view, at: 2 };
    const end = readVarint(reader) + reader.at;
    if (end > view.length) throw new RangeError('properties end outside');
    while (reader.at < end) {
      const id = readVarint(reader);
      const read = PROPERTIES[id];
      if (read === undefined) throw new RangeError(`property ${id}`);
      values.set(id, read(reader));
    }
    const reasonCode = view.readUInt8(1);
    return connackOf(reasonCode, (id, otherwise) => values.get(id) ?? otherwise);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ProtocolError('MALFORMED_PACKET', `CONNACK is none of MQTT 5: ${error.message}`);
  }
}

function connackOf(
  reasonCode: number,
  value: <T>(id: number, otherwise: T) => number | T,
): Connack5 {
  return {
    reasonCode,
    receiveMaximum: value(0x21, 65_535),
    maximumQoS: value(0x24, 2),
    retainAvailable: value(0x25, 1) === 1,
    maximumPacketSize: value(0x27, undefined),
    topicAliasMaximum: value(0x22, 0),
    wildcardsAvailable: value(0x28, 1) === 1,
    subscriptionIdentifiersAvailable: value(0x29, 1) === 1,
    sharedAvailable: value(0x2a, 1) === 1,
    serverKeepAlive: value(0x13, undefined),
  };
}

/** A place in a packet. Reading beyond its end throws a RangeError, as Buffer does. */
interface Reader {
  readonly view: Buffer;
  at: number;
}

function readVarint(reader: Reader): number {
  let value = 0;
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = readUint8(reader);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number has a fifth byte');
}

function readUint8(reader: Reader): number {
  return reader.view.readUInt8(reader.at++);
}

function readUint16(reader: Reader): number {
  reader.at += 2;
  return reader.view.readUInt16BE(reader.at - 2);
}

function readUint32(reader: Reader): number {
  reader.at += 4;
  return reader.view.readUInt32BE(reader.at - 4);
}

/** Passes over a text or bytes; their length is told. */
function skipField(reader: Reader): number {
  const length = readUint16(reader);
  reader.at += length;
  if (reader.at > reader.view.length) throw new RangeError('a text ends outside');
  return length;
}

function field(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Every property that CONNACK may have (MQTT 5.0, table 2-4), and how it is read. */
const PROPERTIES: Readonly<Record<number, (reader: Reader) => number>> = {
  0x11: readUint32, // Session Expiry Interval
  0x12: skipField, // Assigned Client Identifier
  0x13: readUint16, // Server Keep Alive
  0x15: skipField, // Authentication Method
  0x16: skipField, // Authentication Data
  0x1a: skipField, // Response Information
  0x1c: skipField, // Server Reference
  0x1f: skipField, // Reason String
  0x21: readUint16, // Receive Maximum
  0x22: readUint16, // Topic Alias Maximum
  0x24: readUint8, // Maximum QoS
  0x25: readUint8, // Retain Available
  0x26: (reader) => skipField(reader) + skipField(reader), // User Property
  0x27: readUint32, // Maximum Packet Size
  0x28: readUint8, // Wildcard Subscription Available
  0x29: readUint8, // Subscription Identifiers Available
  0x2a: readUint8, // Shared Subscription Available
};

const CLEAN_START = 0x02;
const PASSWORD = 0x40;
const USERNAME = 0x80;
const KEEP_ALIVE_S = 60;
