/**
 * What a client of MQTT 3.1.1 sends but for messages and their acknowledgements: those are many,
 * and have ways of their own (`writePublishHead`). Smaller than codec.ts and slower: for browsers.
 */
import { varintSize, writeVarint } from './bytes/varint.js';
import { checkRange } from './check-range.js';
import { KEEP_ALIVE_S_MAX, REMAINING_LENGTH_MAX, STRING_BYTES_MAX } from './limits.js';
import type { Connect } from './packets/connect.js';
import type { Disconnect } from './packets/disconnect.js';
import type { Pingreq } from './packets/pingreq.js';
import type { Subscribe } from './packets/subscribe.js';
import type { Unsubscribe } from './packets/unsubscribe.js';

export type ClientRequest =
  | (Connect & { readonly protocolVersion: 4 })
  | Subscribe
  | Unsubscribe
  | Pingreq
  | Disconnect;

/** Type and reserved flags (MQTT 3.1.1, 2.2). */
const FIRST_BYTES = {
  connect: 0x10,
  subscribe: 0x82,
  unsubscribe: 0xa2,
  pingreq: 0xc0,
  disconnect: 0xe0,
} as const;

/** A byte, or what has its length before it (MQTT 3.1.1, 1.5.3), with its name for errors. */
type Field = number | readonly [name: string, value: string | Uint8Array];

/**
 * Encodes one request of a client.
 *
 * @throws {RangeError} if a field or the whole is larger than MQTT can say.
 */
export function encodeClientRequest(packet: ClientRequest): Uint8Array {
  const fields = fieldsOf(packet).map(bytesOf);
  let length = 0;
  for (const field of fields) length += typeof field === 'number' ? 1 : 2 + field.length;
  checkRange('Remaining Length', length, 0, REMAINING_LENGTH_MAX);
  const bytes = new Uint8Array(1 + varintSize(length) + length);
  bytes[0] = FIRST_BYTES[packet.type];
  let at = writeVarint(bytes, 1, length);
  for (const field of fields) {
    if (typeof field === 'number') bytes[at++] = field;
    else {
      bytes.set([field.length >> 8, field.length], at);
      bytes.set(field, at + 2);
      at += 2 + field.length;
    }
  }
  return bytes;
}

/** All but the fixed header. */
function fieldsOf(packet: ClientRequest): readonly Field[] {
  if (packet.type === 'connect') return connectFields(packet);
  if (!('packetId' in packet)) return [];
  const { packetId } = packet;
  const filters: readonly Field[] =
    packet.type === 'subscribe'
      ? packet.subscriptions.flatMap(({ filter, qos }) => [['filter', filter], qos])
      : packet.filters.map((filter) => ['filter', filter]);
  return [packetId >> 8, packetId, ...filters];
}

function connectFields(packet: Connect): readonly Field[] {
  const { clientId, cleanSession, keepAliveS, will, username, password } = packet;
  checkRange('keepAlive', keepAliveS, 0, KEEP_ALIVE_S_MAX);
  const fields: Field[] = [['clientId', clientId]];
  let flags = cleanSession ? 2 : 0; // figure 3.4
  if (will !== undefined) {
    flags |= 4 | (will.qos << 3) | (will.retain ? 0x20 : 0);
    fields.push(['will.topic', will.topic], ['will.payload', will.payload]);
  }
  if (username !== undefined) {
    flags |= 0x80;
    fields.push(['username', username]);
  }
  if (password !== undefined) {
    flags |= 0x40;
    fields.push(['password', password]);
  }
  return [['name', 'MQTT'], 4, flags, keepAliveS >> 8, keepAliveS, ...fields];
}

function bytesOf(field: Field): number | Uint8Array {
  if (typeof field === 'number') return field;
  const [name, value] = field;
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  checkRange(`${name} bytes`, bytes.length, 0, STRING_BYTES_MAX);
  return bytes;
}
