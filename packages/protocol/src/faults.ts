/**
 * Every way a peer can break MQTT or be refused, with the MQTT 5 reason code that answers it.
 *
 * This table is the single source: the type, the reason byte and the documentation come from it.
 * What MQTT 3.1.1 can answer, and where it just closes, stands in reason-codes.ts.
 */
export const PROTOCOL_FAULTS = {
  MALFORMED_PACKET: { reason: 0x81, text: 'Packet cannot be parsed' },
  PROTOCOL_ERROR: { reason: 0x82, text: 'Packet is well formed but not allowed here' },
  UNSUPPORTED_PROTOCOL_VERSION: { reason: 0x84, text: 'Protocol level is not supported' },
  CLIENT_IDENTIFIER_NOT_VALID: { reason: 0x85, text: 'Client identifier is not allowed' },
  BAD_USER_NAME_OR_PASSWORD: { reason: 0x86, text: 'User name or password is wrong' },
  NOT_AUTHORIZED: { reason: 0x87, text: 'Client is not authorized' },
  SERVER_UNAVAILABLE: { reason: 0x88, text: 'Server cannot take this connection now' },
  KEEP_ALIVE_TIMEOUT: { reason: 0x8d, text: 'Client was silent for 1.5 times its keep-alive' },
  SESSION_TAKEN_OVER: { reason: 0x8e, text: 'Another connection uses the client identifier' },
  TOPIC_FILTER_INVALID: { reason: 0x8f, text: 'Topic filter is not allowed' },
  TOPIC_NAME_INVALID: { reason: 0x90, text: 'Topic name is not allowed' },
  RECEIVE_MAXIMUM_EXCEEDED: { reason: 0x93, text: 'Too many unacknowledged publishes' },
  PACKET_TOO_LARGE: { reason: 0x95, text: 'Packet exceeds the maximum packet size' },
  QUOTA_EXCEEDED: { reason: 0x97, text: 'A limit of the server is exceeded' },
} as const satisfies Record<string, { readonly reason: number; readonly text: string }>;

export type ProtocolFault = keyof typeof PROTOCOL_FAULTS;

/**
 * The peer violated MQTT. Never thrown for our own bugs (those are `assert`), nor for what the
 * caller passed (`RangeError`, `TypeError`), nor for the network (that is a close reason).
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly fault: ProtocolFault;
  /** Statement of the standard that was violated, as `MQTT-3.3.1-4`; not every rule has one. */
  readonly clause: string | undefined;

  constructor(fault: ProtocolFault, message: string, clause?: string) {
    super(message);
    this.fault = fault;
    this.clause = clause;
  }
}
