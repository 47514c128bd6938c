import type { ByteReader } from '../bytes/byte-reader.js';
import {
  binarySize,
  stringSize,
  writeBinary,
  writeString,
  writeUint16,
} from '../bytes/byte-writer.js';
import { ProtocolError } from '../faults.js';
import { KEEP_ALIVE_S_MAX } from '../limits.js';
import { PROTOCOL_NAMES, type ProtocolVersion } from './protocol-version.js';
import { isQoS, type QoS } from './qos.js';

/** What the server publishes for a client that goes without DISCONNECT (MQTT 3.1.1, 3.1.2.5). */
export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** The first packet of a client (MQTT 3.1.1, 3.1). A decoded one owns its bytes. */
export interface Connect {
  readonly type: 'connect';
  readonly protocolVersion: ProtocolVersion;
  readonly cleanSession: boolean;
  /** Seconds, 0 to 65535; 0 turns it off. */
  readonly keepAliveS: number;
  /** Empty: the server makes one (3.1.3.1). */
  readonly clientId: string;
  readonly will: Will | undefined;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
}

/** Connect flags (figure 3.4). */
const RESERVED = 0x01;
const CLEAN_SESSION = 0x02;
const WILL = 0x04;
const WILL_QOS_SHIFT = 3;
const WILL_RETAIN = 0x20;
const PASSWORD = 0x40;
const USERNAME = 0x80;

/** Protocol level, connect flags, keep-alive. */
const FIXED_FIELDS_BYTES = 4;

/**
 * Decodes CONNECT of MQTT 3.1.1 and of MQTT 3.1, whose name is `MQIsdp` and whose level is 3.
 *
 * What is wrong with the bytes is found before what is wrong with the client identifier: a CONNECT
 * that does not conform is closed without CONNACK (MQTT-3.1.4-1).
 *
 * @throws {ProtocolError} `UNSUPPORTED_PROTOCOL_VERSION` (CONNACK 1), `CLIENT_IDENTIFIER_NOT_VALID`
 *   (CONNACK 2), `TOPIC_NAME_INVALID` for the will's topic, `MALFORMED_PACKET` for all else.
 */
export function decodeConnect(reader: ByteReader): Connect {
  const protocolVersion = readProtocolVersion(reader);
  const flags = reader.uint8('Connect flags');
  checkConnectFlags(flags, protocolVersion);
  const keepAliveS = reader.uint16('Keep-alive');

  const clientId = reader.utf8('Client identifier');
  const will = (flags & WILL) === 0 ? undefined : readWill(reader, flags);
  const username = isPresent(reader, flags & USERNAME, protocolVersion)
    ? reader.utf8('User name')
    : undefined;
  const password = isPresent(reader, flags & PASSWORD, protocolVersion)
    ? new Uint8Array(reader.binary('Password'))
    : undefined;
  reader.finish();

  const cleanSession = (flags & CLEAN_SESSION) !== 0;
  checkClientId(clientId, cleanSession, protocolVersion);
  return {
    type: 'connect',
    protocolVersion,
    cleanSession,
    keepAliveS,
    clientId,
    will,
    username,
    password,
  };
}

/**
 * Its Remaining Length.
 *
 * @throws {RangeError} if a field has more than 65,535 bytes, or the keep-alive more seconds.
 */
export function connectLength(packet: Connect): number {
  const { protocolVersion, keepAliveS, clientId, will, username, password } = packet;
  if (!(keepAliveS >= 0 && keepAliveS <= KEEP_ALIVE_S_MAX)) {
    const wanted = `keepAliveS must be 0 to ${KEEP_ALIVE_S_MAX}`;
    throw new RangeError(`${wanted}: current value is ${keepAliveS}`);
  }
  let length = stringSize(PROTOCOL_NAMES[protocolVersion], 'Protocol name') + FIXED_FIELDS_BYTES;
  length += stringSize(clientId, 'Client identifier');
  if (will !== undefined) {
    length += stringSize(will.topic, 'Will topic') + binarySize(will.payload, 'Will payload');
  }
  if (username !== undefined) length += stringSize(username, 'User name');
  if (password !== undefined) length += binarySize(password, 'Password');
  return length;
}

/** Writes all but the fixed header and returns the end. */
export function writeConnect(packet: Connect, target: Uint8Array, at: number): number {
  const { will, username, password } = packet;
  at = writeString(target, at, PROTOCOL_NAMES[packet.protocolVersion]);
  target[at++] = packet.protocolVersion;
  target[at++] = connectFlags(packet);
  at = writeUint16(target, at, packet.keepAliveS);
  at = writeString(target, at, packet.clientId);
  if (will !== undefined) {
    at = writeString(target, at, will.topic);
    at = writeBinary(target, at, will.payload);
  }
  if (username !== undefined) at = writeString(target, at, username);
  if (password !== undefined) at = writeBinary(target, at, password);
  return at;
}

function connectFlags({ cleanSession, will, username, password }: Connect): number {
  let flags = cleanSession ? CLEAN_SESSION : 0;
  if (will !== undefined) {
    flags |= WILL | (will.qos << WILL_QOS_SHIFT) | (will.retain ? WILL_RETAIN : 0);
  }
  if (username !== undefined) flags |= USERNAME;
  if (password !== undefined) flags |= PASSWORD;
  return flags;
}

function readProtocolVersion(reader: ByteReader): ProtocolVersion {
  const name = reader.utf8('Protocol name');
  const version = name === PROTOCOL_NAMES[4] ? 4 : name === PROTOCOL_NAMES[3] ? 3 : undefined;
  if (version === undefined) malformed('Protocol name must be MQTT or MQIsdp', 'MQTT-3.1.2-1');
  const level = reader.uint8('Protocol level');
  if (level === version) return version;
  const problem = `Protocol level of ${name} must be ${version}: it is ${level}`;
  throw new ProtocolError('UNSUPPORTED_PROTOCOL_VERSION', problem, 'MQTT-3.1.2-2');
}

function checkConnectFlags(flags: number, version: ProtocolVersion): void {
  // In MQTT 3.1 the reserved bit is not used and may have any value.
  if (version !== 3 && (flags & RESERVED) !== 0) {
    malformed('Reserved connect flag is 1', 'MQTT-3.1.2-3');
  }
  if ((flags & WILL) === 0) {
    if (willQoS(flags) !== 0) malformed('Will QoS is set without a will', 'MQTT-3.1.2-13');
    if ((flags & WILL_RETAIN) !== 0)
      malformed('Will retain is set without a will', 'MQTT-3.1.2-15');
  } else if (!isQoS(willQoS(flags))) {
    malformed('Will QoS is 3', 'MQTT-3.1.2-14');
  }
  if ((flags & PASSWORD) !== 0 && (flags & USERNAME) === 0) {
    malformed('Password comes without a user name', 'MQTT-3.1.2-22');
  }
}

function readWill(reader: ByteReader, flags: number): Will {
  const topic = reader.topicName('Will topic');
  const payload = new Uint8Array(reader.binary('Will payload'));
  return { topic, payload, qos: willQoS(flags) as QoS, retain: (flags & WILL_RETAIN) !== 0 };
}

function willQoS(flags: number): number {
  return (flags >> WILL_QOS_SHIFT) & 0b11;
}

/** In MQTT 3.1 the end of the packet beats the flags of user name and password. */
function isPresent(reader: ByteReader, flag: number, version: ProtocolVersion): boolean {
  return flag !== 0 && !(version === 3 && reader.remaining === 0);
}

/** Longer ones than 23 characters are taken, which 3.1.1 allows and MQTT 3.1 did not. */
function checkClientId(clientId: string, cleanSession: boolean, version: ProtocolVersion): void {
  if (clientId !== '') return;
  if (version === 3)
    refuseClientId('Client identifier is empty, which MQTT 3.1 forbids', 'MQTT-3.1.3-9');
  if (!cleanSession)
    refuseClientId('Client identifier is empty and the session is not clean', 'MQTT-3.1.3-8');
}

function refuseClientId(problem: string, clause: string): never {
  throw new ProtocolError('CLIENT_IDENTIFIER_NOT_VALID', problem, clause);
}

function malformed(problem: string, clause: string): never {
  throw new ProtocolError('MALFORMED_PACKET', problem, clause);
}
