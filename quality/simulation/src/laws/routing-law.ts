import type { ClientSession, Receipt } from '../history/client-session.js';
import type { History } from '../history/history.js';

/**
 * A session gets what it may have subscribed to and nothing else, at the lower of the two QoS
 * (MQTT-3.8.4-6), and of several subscriptions at the highest (MQTT-3.3.5-1); what it gets without
 * RETAIN was handed on while it was subscribed (MQTT-3.10.4-2).
 */
export function judgeRouting(history: History): void {
  for (const session of history.sessions) {
    for (const receipt of session.receipts) {
      if (!receipt.retain) judge(history, session, receipt);
    }
  }
}

function judge(history: History, session: ClientSession, { message, qos }: Receipt): void {
  const { routedSteps, topic } = message;
  const possible = session.subscriptions.filter((span) => {
    return span.matches(topic) && routedSteps.some((step) => span.mayHold(step));
  });
  if (possible.length === 0) {
    history.violation('routing', `${session.name} got ${message.name} without a subscription`);
    return;
  }
  if (!possible.some(({ requested }) => Math.min(requested, message.qos) === qos)) {
    history.violation('routing', `${session.name} got ${message.name} at QoS ${qos}`);
    return;
  }
  if (possible.some(({ group }) => group !== undefined)) return; // it may have come by that
  const lowest = Math.min(...routedSteps.map((step) => certainQos(session, topic, step)));
  if (qos < Math.min(lowest, message.qos)) {
    history.violation(
      'routing',
      `${session.name} got ${message.name} at QoS ${qos}, not ${lowest}`,
    );
  }
}

/** The highest QoS that its own subscriptions certainly had; 0 if there was none. */
function certainQos(session: ClientSession, topic: string, step: number): number {
  let highest = 0;
  for (const span of session.subscriptions) {
    if (!span.covers(step, step) || !span.matches(topic)) continue;
    highest = Math.max(highest, span.granted);
  }
  return highest;
}
