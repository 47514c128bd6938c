import type { QoS } from '@magpie/protocol';
import type { ClientSession } from '../history/client-session.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';

/**
 * What one publisher sends to one topic at one QoS reaches a session in its order (MQTT-4.6.0-5,
 * -6), as far as it is granted one QoS. What comes again is in its place where it came first.
 */
export function judgeOrder(history: History): void {
  for (const session of history.sessions) judge(history, session);
}

function judge(history: History, session: ClientSession): void {
  const last = new Map<string, SentMessage>();
  const seen = new Set<SentMessage>();
  for (const { message, qos, retain } of session.receipts) {
    if (retain || message.kind === 'will' || seen.has(message)) continue;
    seen.add(message);
    // It comes when its publisher sends it again, which is later.
    if (history.dropOf(message, session.clientId) !== undefined) continue;
    const stream = `${message.publisher} ${message.flow} ${message.topic} ${message.qos} ${qos}`;
    const before = last.get(stream);
    if (before !== undefined && before.number > message.number) {
      if (mayHaveComeLater(session, message, qos, before)) continue;
      history.violation('order', `${session.name} got ${before.name} before ${message.name}`);
    } else {
      last.set(stream, message);
    }
  }
}

/**
 * Whether the session may not have got the message when it was handed on for the first time, and
 * has got it since its publisher sent it again.
 */
function mayHaveComeLater(
  session: ClientSession,
  message: SentMessage,
  qos: QoS,
  before: SentMessage,
): boolean {
  const first = message.routedSteps[0] ?? -1;
  const sure = session.subscriptions.some((span) => {
    if (span.group !== undefined || !span.covers(first, first)) return false;
    return span.matches(message.topic) && Math.min(span.granted, message.qos) === qos;
  });
  return !sure && message.lastRoutedStep > (before.routedSteps[0] ?? -1);
}
