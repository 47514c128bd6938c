import type { ProtocolFault } from './faults.js';

/** Return codes of CONNACK (MQTT 3.1.1, table 3.1; the same in MQTT 3.1). */
export const CONNACK_CODES = {
  ACCEPTED: { code: 0, text: 'Connection accepted' },
  UNACCEPTABLE_PROTOCOL_VERSION: { code: 1, text: 'Protocol level is not supported' },
  IDENTIFIER_REJECTED: { code: 2, text: 'Client identifier is not allowed' },
  SERVER_UNAVAILABLE: { code: 3, text: 'Server is unavailable' },
  BAD_USER_NAME_OR_PASSWORD: { code: 4, text: 'User name or password is wrong' },
  NOT_AUTHORIZED: { code: 5, text: 'Client is not authorized to connect' },
} as const satisfies Record<string, { readonly code: number; readonly text: string }>;

/** Largest return code of CONNACK; those above are reserved. */
export const CONNACK_CODE_MAX = 5;

/** The SUBACK code of a refused filter (3.9.3); the others are the granted QoS. */
export const SUBACK_FAILURE = 0x80;

/** The faults that CONNACK can name. All others close without one (MQTT-3.2.2-6). */
const CONNACK_CODE_BY_FAULT: Partial<Record<ProtocolFault, number>> = {
  UNSUPPORTED_PROTOCOL_VERSION: CONNACK_CODES.UNACCEPTABLE_PROTOCOL_VERSION.code,
  CLIENT_IDENTIFIER_NOT_VALID: CONNACK_CODES.IDENTIFIER_REJECTED.code,
  SERVER_UNAVAILABLE: CONNACK_CODES.SERVER_UNAVAILABLE.code,
  QUOTA_EXCEEDED: CONNACK_CODES.SERVER_UNAVAILABLE.code,
  BAD_USER_NAME_OR_PASSWORD: CONNACK_CODES.BAD_USER_NAME_OR_PASSWORD.code,
  NOT_AUTHORIZED: CONNACK_CODES.NOT_AUTHORIZED.code,
};

/**
 * The CONNACK return code that answers a CONNECT refused for `fault` (MQTT 3.1.1, 3.2.2.3), or
 * `undefined` where the server closes without one (MQTT-3.2.2-6, MQTT-3.1.4-1).
 */
export function connackCodeOf(fault: ProtocolFault): number | undefined {
  return CONNACK_CODE_BY_FAULT[fault];
}

/** What a CONNACK return code means; codes above 5 are reserved. */
export function connackText(code: number): string {
  const known = Object.values(CONNACK_CODES).find((entry) => entry.code === code);
  return known?.text ?? `Reserved return code ${code}`;
}
