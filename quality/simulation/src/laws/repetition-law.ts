import type { ClientSession, Receipt } from '../history/client-session.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';

/**
 * QoS 2 is exactly once for each way to the session: its own subscriptions are one, each shared one
 * is another. At QoS 0 and 1 a message comes once for each time the broker handed it on; more often
 * only as a redelivery with the same identifier, which the client has looked at.
 */
export function judgeRepetition(history: History): void {
  for (const session of history.sessions) {
    for (const [message, receipts] of byMessage(session)) {
      const ways = waysTo(session, message);
      const exactly = receipts.filter(({ qos }) => qos === 2).length;
      if (exactly > ways) {
        history.violation(
          'exactly once',
          `${message.name} reached ${session.name} ${exactly} times`,
        );
      }
      const most = ways * message.routedSteps.length;
      if (receipts.length > most) {
        history.violation(
          'repetition',
          `${message.name} reached ${session.name} ${receipts.length} times`,
        );
      }
    }
  }
}

function byMessage(session: ClientSession): Map<SentMessage, Receipt[]> {
  const found = new Map<SentMessage, Receipt[]>();
  for (const receipt of session.receipts) {
    if (receipt.retain || receipt.again) continue;
    const others = found.get(receipt.message);
    if (others === undefined) found.set(receipt.message, [receipt]);
    else others.push(receipt);
  }
  return found;
}

function waysTo(session: ClientSession, { topic, routedSteps }: SentMessage): number {
  const ways = new Set<string>();
  for (const span of session.subscriptions) {
    if (!span.matches(topic) || !routedSteps.some((step) => span.mayHold(step))) continue;
    ways.add(span.group === undefined ? 'own' : span.filter);
  }
  return ways.size;
}
