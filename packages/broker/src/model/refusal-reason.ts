/**
 * Why a CONNECT was refused, in few words that do not change: the label of a metric. What a log
 * line says of it may say more.
 */
export const REFUSAL_REASONS = {
  'bad-credentials': 'User name or password is wrong, or missing',
  'too-many-failures': 'Too many wrong passwords came before (loginFailuresPerUserMax and others)',
  'too-many-connects': 'It connects too often (connectsPerClientMax)',
  banned: 'The client, its user or its address is banned',
  'not-authorized': 'The authenticator knows the client and does not let it in',
  'credentials-revoked':
    'The authenticator was replaced while it was asked, and does not let it in',
  unavailable: 'The authenticator failed',
  'identifier-taken': 'The session of the client identifier is another user’s',
  'identifier-invalid': 'The client identifier is none that MQTT allows',
  'protocol-version': 'The protocol level is not supported',
  'will-too-large': 'The will is too large (willBytesMax, topicLevelsMax)',
  'store-failed': 'The store failed, or took too long',
} as const satisfies Readonly<Record<string, string>>;

export type RefusalReason = keyof typeof REFUSAL_REASONS;
