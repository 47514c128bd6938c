import type { ClientSession, SubscriptionSpan } from '../history/client-session.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';
import { windowsOf } from './loss-law.js';

/** All members that one `$share/group/filter` ever had. */
interface Group {
  readonly name: string;
  readonly members: { readonly session: ClientSession; readonly span: SubscriptionSpan }[];
}

/**
 * A message for a group reaches one of its members: certainly one, if somebody was a member and
 * nobody who may have got it has lost his session since; at QoS 2 certainly not two.
 */
export function judgeShares(history: History): void {
  for (const group of groupsOf(history)) {
    for (const message of history.messages) {
      if (message.payload.length === 0 || message.qos === 0) continue;
      if (group.members[0]?.span.matches(message.topic) !== true) continue;
      judge(history, group, message);
    }
  }
}

function judge(history: History, { name, members }: Group, message: SentMessage): void {
  const { routedSteps } = message;
  if (routedSteps.length === 0) return;
  const maybe = members.filter(({ span }) => routedSteps.some((step) => span.mayHold(step)));
  const received = maybe.filter(({ session }) => has(session, message));
  const windows = windowsOf(message, history);
  const sure = maybe.some(({ span }) => {
    return windows.some(({ fromStep, toStep }) => span.covers(fromStep, toStep));
  });
  const excused = maybe.some(({ session, span }) => {
    const dropped = history.dropOf(message, session.clientId) !== undefined;
    return session.endedStep < Infinity || !session.persistent || span.requested === 0 || dropped;
  });
  if (sure && received.length === 0 && !excused) {
    history.violation('loss', `${message.name} reached nobody of ${name}`);
  }
  const own = maybe.some(({ session }) => {
    return session.subscriptions.some((span) => {
      return span.group === undefined && span.matches(message.topic);
    });
  });
  const holders = new Set(received.map(({ session }) => session));
  const killed = history.killSteps.some((step) => step > routedSteps[0]!);
  if (message.qos === 2 && holders.size > 1 && !own && !killed && isOnlyGroup(maybe, message)) {
    history.violation('exactly once', `${message.name} reached ${holders.size} members of ${name}`);
  }
}

/** Whether its members are in no other group that gets the message. */
function isOnlyGroup(members: Group['members'], { topic }: SentMessage): boolean {
  return members.every(({ session, span: { filter } }) => {
    return session.subscriptions.every((span) => span.filter === filter || !span.matches(topic));
  });
}

function has(session: ClientSession, message: SentMessage): boolean {
  return session.receipts.some((receipt) => receipt.message === message && !receipt.retain);
}

function groupsOf(history: History): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const session of history.sessions) {
    for (const span of session.subscriptions) {
      if (span.group === undefined) continue;
      let group = groups.get(span.filter);
      if (group === undefined) {
        groups.set(span.filter, (group = { name: span.filter, members: [] }));
      }
      group.members.push({ session, span });
    }
  }
  return groups.values();
}
