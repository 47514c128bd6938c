/**
 * Why a connection ended: an expected end is a reason, not an error. This table is the single
 * source: the type, the counters and the metric's label come from it.
 */
export const CLOSE_REASONS = {
  'client-disconnect': 'The client said DISCONNECT',
  'server-disconnect': 'The program or an operator asked for it',
  'connection-lost': 'The connection ended, and the client had not said DISCONNECT',
  'credentials-expired': 'What the client has shown to prove who it is, a token, has expired',
  'credentials-revoked':
    'A reload has taken away what it was let in for: its user, or his password',
  'connect-timeout': 'No complete CONNECT came in time (connectTimeout)',
  'keep-alive-timeout': 'Nothing came for one and a half times its Keep Alive',
  'protocol-error': 'The client broke MQTT',
  refused: 'Its CONNECT was refused',
  'taken-over': 'Another connection came with its client identifier',
  'queue-full': 'Its queue was full (queueFullPolicy disconnect)',
  denied: 'It published what an access rule denies, and says to disconnect for',
  'rate-exceeded': 'It published too fast (publishRatePolicy disconnect)',
  banned: 'It, its user or its address was banned',
  'store-failed': 'What is queued for it could not be read from the store',
  'authorizer-failed': 'The authorizer failed',
  'broker-closed': 'The broker stopped',
  'internal-error': 'A bug in the broker; the log says more',
} as const satisfies Readonly<Record<string, string>>;

export type CloseReason = keyof typeof CLOSE_REASONS;
