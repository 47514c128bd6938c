/**
 * Every reason for which a message does not reach a session that it matched, or is not handed on at
 * all. This table is the single source: the type, the counters and the metric's label come from it.
 */
export const DROP_REASONS = {
  'queue-full': 'The queue of the session is full (queuedMessagesMax, queuedBytesMax)',
  'output-full': 'QoS 0 to a client that does not read fast enough (outputBytesMax)',
  'offline-qos0': 'QoS 0 to a session whose client is not connected',
  'session-ended': 'The session ended before the message was acknowledged',
  'too-large': 'Larger than the client can take (clientPacketBytesMax, or what is set for it)',
  denied: 'The publisher is not allowed to publish to this topic',
  'rate-limited': 'QoS 0 that was published too fast (publishRatePolicy drop-qos0)',
  'receiver-denied': 'The client of the session is not allowed to receive the topic, or no longer',
  'no-subscriber': 'No subscription matches the topic',
} as const;

export type DropReason = keyof typeof DROP_REASONS;
