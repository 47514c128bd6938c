/**
 * Every reason for which a message is not handed on, or a delivery does not reach its session. This
 * table is the single source: the type, the counters, the metric's label and what balances with
 * what ({@link unaccounted}) come from it.
 */
export const DROP_REASONS = {
  denied: { of: 'message', doc: 'The publisher is not allowed to publish to this topic' },
  'rate-limited': {
    of: 'message',
    doc: 'QoS 0 that was published too fast (publishRatePolicy drop-qos0)',
  },
  'authorizer-failed': {
    of: 'message',
    doc: 'The authorizer failed where it was asked about the message; the connection was closed',
  },
  'store-failed': {
    of: 'message',
    doc: 'Published from inside while too much waits for the store (storeBacklogBytesMax)',
  },
  'no-subscriber': { of: 'message', doc: 'No subscription matches the topic' },
  'queue-full': {
    of: 'delivery',
    doc: 'The queue of the session is full (queuedMessagesMax, queuedBytesMax)',
  },
  'output-full': {
    of: 'delivery',
    doc: 'QoS 0 to a client that does not read fast enough (outputBytesMax)',
  },
  'offline-qos0': {
    of: 'delivery',
    doc: 'QoS 0 to a session whose client is not connected',
  },
  'too-large': {
    of: 'delivery',
    doc: 'Larger than the client can take (clientPacketBytesMax, or what is set for it)',
  },
  'receiver-denied': {
    of: 'delivery',
    doc: 'The client of the session is not allowed to receive the topic, or no longer',
  },
  'session-expired': {
    of: 'delivery',
    doc: 'The client of a persistent session stayed away for longer than sessionExpiry',
  },
  'session-discarded': {
    of: 'delivery',
    doc: 'A CONNECT with Clean Session has ended the session that was there',
  },
  'session-closed': {
    of: 'delivery',
    doc: 'The connection of a clean session ended, and with it the session',
  },
  'broker-stopped': {
    of: 'delivery',
    doc: 'The broker stopped, which ends clean sessions',
  },
} as const satisfies Readonly<Record<string, DropText>>;

export type DropReason = keyof typeof DROP_REASONS;

/** Why a session ended that had something left: what it lost is counted by this. */
export type SessionEnd = Extract<DropReason, `session-${string}` | 'broker-stopped'>;

interface DropText {
  /** A `message` became no delivery at all; a `delivery` had begun for one session. */
  readonly of: 'message' | 'delivery';
  /** For the reader of docs/metrics.md. */
  readonly doc: string;
}
