import type { Broker, DropReason } from '@magpie/broker';
import type { History } from '../history/history.js';

/**
 * What has begun has ended, waits, is in flight, or was dropped for a reason that has a name: at
 * any time, and for each process of the broker by itself.
 */
export function judgeBalance(history: History, broker: Broker): void {
  const { counters } = broker;
  const { queuedMessages, inflightMessages } = broker.gauges();
  let dropped = 0;
  for (const reason of SESSION_REASONS) dropped += counters.dropped[reason];
  const { deliveriesBegun: begun, deliveriesEnded: ended } = counters;
  if (begun === ended + queuedMessages + inflightMessages + dropped) return;
  history.violation(
    'balance',
    `${begun} deliveries began: ${ended} ended, ${queuedMessages} are queued, `
      + `${inflightMessages} in flight, ${dropped} were dropped`,
  );
}

/** The others are of messages that became no session's. */
const SESSION_REASONS: readonly DropReason[] = [
  'queue-full',
  'output-full',
  'offline-qos0',
  'session-ended',
  'too-large',
  'receiver-denied',
];
