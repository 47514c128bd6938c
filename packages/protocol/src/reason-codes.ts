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

/**
 * The CONNACK return code that answers a CONNECT refused for `fault` (MQTT 3.1.1, 3.2.2.3), or
 * `undefined` where the server closes without one (MQTT-3.2.2-6, MQTT-3.1.4-1).
 */
export function connackCodeOf(fault: ProtocolFault): number | undefined {
  switch (fault) {
    case 'UNSUPPORTED_PROTOCOL_VERSION':
      return CONNACK_CODES.UNACCEPTABLE_PROTOCOL_VERSION.code;
    case 'CLIENT_IDENTIFIER_NOT_VALID':
      return CONNACK_CODES.IDENTIFIER_REJECTED.code;
    case 'SERVER_UNAVAILABLE':
    case 'QUOTA_EXCEEDED':
      return CONNACK_CODES.SERVER_UNAVAILABLE.code;
    case 'BAD_USER_NAME_OR_PASSWORD':
      return CONNACK_CODES.BAD_USER_NAME_OR_PASSWORD.code;
    case 'NOT_AUTHORIZED':
      return CONNACK_CODES.NOT_AUTHORIZED.code;
    default:
      return undefined;
  }
}

/** What a CONNACK return code means; codes above 5 are reserved. */
export function connackText(code: number): string {
  const known = Object.values(CONNACK_CODES).find((entry) => entry.code === code);
  return known?.text ?? `Reserved return code ${code}`;
}
