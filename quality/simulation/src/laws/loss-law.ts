import type { QoS } from '@magpie/protocol';
import type { ClientSession, SubscriptionSpan } from '../history/client-session.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';
import { isForbidden } from '../world/forbidden.js';

/** A time in which a message was certainly handed on. */
export interface Window {
  readonly fromStep: number;
  readonly toStep: number;
}

/**
 * Nothing is lost: a message whose publisher knows that the broker has it, and one that was handed
 * on and after which no broker was killed, reaches every session that certainly had a matching
 * subscription, unless the broker has said that it dropped it because a queue was full.
 */
export function judgeLoss(history: History): void {
  const present = history.sessions.filter(({ endedStep }) => endedStep === Infinity);
  const received = new Map(present.map((session) => [session, messagesOf(session)]));
  for (const message of history.messages) {
    if (message.payload.length === 0) continue; // it cannot be told from another one
    if (wasSwallowed(message)) history.violation('loss', `${message.name} was never handed on`);
    for (const window of windowsOf(message, history)) {
      for (const [session, messages] of received) {
        if (messages.has(message) || history.dropOf(message, session.clientId) !== undefined)
          continue;
        if (!mustReach(history, session, message, window)) continue;
        history.violation('loss', `${message.name} did not reach ${session.name}`);
      }
    }
  }
}

function wasSwallowed({ acknowledgedStep, routedSteps, topic }: SentMessage): boolean {
  return acknowledgedStep < Infinity && routedSteps.length === 0 && !isForbidden(topic);
}

function messagesOf(session: ClientSession): Set<SentMessage> {
  const live = session.receipts.filter(({ retain }) => !retain);
  return new Set(live.map(({ message }) => message));
}

/** When a message was handed on for certain and could not be forgotten any more. */
export function windowsOf(message: SentMessage, history: History): Window[] {
  const lastKill = history.killSteps.at(-1) ?? -1;
  const windows = message.routedSteps
    .filter((step) => step > lastKill && step < history.endStep)
    .map((step) => ({ fromStep: step, toStep: step }));
  if (message.acknowledgedStep < Infinity && message.routedSteps.length > 0) {
    windows.push({ fromStep: message.sentStep, toStep: message.acknowledgedStep });
  }
  return windows;
}

function mustReach(
  history: History,
  session: ClientSession,
  message: SentMessage,
  { fromStep, toStep }: Window,
): boolean {
  const covering = session.subscriptions.filter((span) => {
    return span.group === undefined && span.covers(fromStep, toStep) && span.matches(message.topic);
  });
  if (covering.length === 0) return false;
  const qos = highestQos(message, covering);
  // QoS 0 goes to who is there, and a clean session has what came while it was there.
  return (qos > 0 && session.persistent) || wasThere(history, session, fromStep);
}

function highestQos(message: SentMessage, spans: readonly SubscriptionSpan[]): QoS {
  const granted = spans.map((span) => span.granted);
  return Math.min(message.qos, Math.max(...granted)) as QoS;
}

/** Whether its connection of now was there already. */
function wasThere(history: History, session: ClientSession, step: number): boolean {
  const { connection } = session;
  const record = connection === undefined ? undefined : history.connections.get(connection);
  return record?.isOpen === true && record.acceptedStep < step;
}
