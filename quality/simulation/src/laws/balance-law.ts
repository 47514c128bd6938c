import type { BrokerGauges, Counters } from '@magpie/broker';
import type { History } from '../history/history.js';

/**
 * What has begun has ended, waits, is in flight, or was dropped for a reason that has a name: at
 * any time, and for each process of the broker by itself. So it is with messages, and with the
 * deliveries that they became.
 */
export function judgeBalance(
  history: History,
  counters: Readonly<Counters>,
  gauges: BrokerGauges,
): void {
  if (gauges.unaccountedMessages === 0 && gauges.unaccountedDeliveries === 0) return;
  const dropped = Object.entries(counters.dropped).filter(([, count]) => count > 0);
  const { queuedMessages, inflightMessages, decidingMessages } = gauges;
  history.violation(
    'balance',
    `${gauges.unaccountedMessages} of ${counters.messagesReceived} messages received and `
      + `${counters.messagesFromInside} from inside (${counters.messagesRouted} routed, `
      + `${decidingMessages} being decided), and ${gauges.unaccountedDeliveries} of `
      + `${counters.deliveriesBegun} deliveries (${counters.deliveriesEnded} ended, `
      + `${queuedMessages} queued, ${inflightMessages} in flight) are unaccounted for; `
      + `dropped: ${JSON.stringify(Object.fromEntries(dropped))}`,
  );
}
