import { ProtocolError } from '../faults.js';
import type { ProtocolVersion } from './protocol-version.js';

/** Control packet types (MQTT 3.1.1, table 2.1). */
export const PACKET_TYPES = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

export type PacketTypeName = keyof typeof PACKET_TYPES;

const DUP = 0b1000;

/** The fixed-header flags of every type but PUBLISH (table 2.2). */
export function reservedFlags(type: number): number {
  return type === PACKET_TYPES.pubrel
    || type === PACKET_TYPES.subscribe
    || type === PACKET_TYPES.unsubscribe
    ? 0b0010
    : 0b0000;
}

/**
 * Checks the fixed-header flags of a packet other than PUBLISH (MQTT-2.2.2-1). In MQTT 3.1 the
 * types that have flags 0010 are sent at QoS 1, and so a repeated one may have DUP.
 *
 * @throws {ProtocolError} `MALFORMED_PACKET` if they are not those of table 2.2.
 */
export function checkReservedFlags(type: number, flags: number, version: ProtocolVersion): void {
  const wanted = reservedFlags(type);
  if (flags === wanted) return;
  if (version === 3 && wanted !== 0 && flags === (wanted | DUP)) return;
  if (!isPacketType(type)) return; // a reserved type has no flags: `decode` refuses the type
  const problem = `${packetTypeName(type)} must have flags ${bits(wanted)}: it has ${bits(flags)}`;
  throw new ProtocolError('MALFORMED_PACKET', problem, flagClause(type));
}

/** The name of a type as the standard writes it, for messages. */
export function packetTypeName(type: number): string {
  const known = Object.entries(PACKET_TYPES).find(([, value]) => value === type);
  return known?.[0].toUpperCase() ?? `Packet type ${type}`;
}

function isPacketType(type: number): boolean {
  return type >= PACKET_TYPES.connect && type <= PACKET_TYPES.disconnect;
}

/** Some types have a statement of their own, which repeats MQTT-2.2.2-2. */
function flagClause(type: number): string {
  switch (type) {
    case PACKET_TYPES.pubrel:
      return 'MQTT-3.6.1-1';
    case PACKET_TYPES.subscribe:
      return 'MQTT-3.8.1-1';
    case PACKET_TYPES.unsubscribe:
      return 'MQTT-3.10.1-1';
    case PACKET_TYPES.disconnect:
      return 'MQTT-3.14.1-1';
    default:
      return 'MQTT-2.2.2-2';
  }
}

function bits(flags: number): string {
  return flags.toString(2).padStart(4, '0');
}
