import { matches } from '@magpie/protocol';
import type { JournalEntry } from '../observe/journal/journal-entry.js';
import type { ClientHistory } from './client-history.js';
import type { ExplainQuestion } from './explain-question.js';
import type { Fact, Verdict } from './fact.js';
import { bare, nearestFilter } from './filter-miss.js';
import type { LiveView } from './live-view.js';

interface Known {
  readonly client: ClientHistory;
  /** Of whom is asked, if of one. */
  readonly publisher: ClientHistory | undefined;
  /** What the journal has about the question. */
  readonly about: readonly JournalEntry[];
  readonly verdict: Fact<Verdict>;
}

/** What is known beside the verdict, so that somebody can judge it. */
export function evidenceOf(question: ExplainQuestion, live: LiveView, known: Known): Fact[] {
  const { topic } = question;
  const { client, publisher, about, verdict } = known;
  const facts: Fact[] = [];
  const last = about.findLast(({ kind }) => kind === 'published');
  if (last !== undefined) {
    const { atMs, clientId, qos, count } = last;
    facts.push({ kind: 'published', topic, atMs, clientId, qos, count });
  }
  facts.push(...sessionFacts(topic, client, verdict));
  if (verdict.kind !== 'refused') facts.push(...refusalOf(client));
  if (verdict.kind !== 'publisher-refused' && publisher) facts.push(...refusalOf(publisher));
  if (live.isRetained(topic)) facts.push({ kind: 'retained-now', topic });
  return facts;
}

function sessionFacts(
  topic: string,
  { clientId, session, isConnected }: ClientHistory,
  verdict: Fact<Verdict>,
): Fact[] {
  if (session === undefined) return [{ kind: 'no-session-now', clientId }];
  const facts: Fact[] = [];
  const address = session.rights.client?.address ?? '';
  if (isConnected) facts.push({ kind: 'connected-now', clientId, address });
  else facts.push({ kind: 'away-now', clientId, count: session.queued });
  const matching = [...session.subscriptions].filter(([filter]) => matches(bare(filter), topic));
  for (const [filter, qos] of matching) {
    facts.push({ kind: 'subscribes-to', clientId, filter, qos });
  }
  if (matching.length === 0 && OF_PUBLISHERS.has(verdict.kind)) {
    const near = nearestFilter(topic, session.subscriptions.keys());
    const nearest = near && { filter: near.filter, why: near.miss };
    facts.push({ kind: 'not-subscribed', clientId, topic, ...nearest });
  }
  facts.push({ kind: 'counts', clientId, count: session.tally.sent, max: session.inflight });
  for (const [why, count] of session.tally.dropped) {
    facts.push({ kind: 'dropped-counts', clientId, why, count });
  }
  return facts;
}

function refusalOf({ clientId, refusal }: ClientHistory): Fact[] {
  if (refusal === undefined) return [];
  const { atMs, other: address, why } = refusal;
  return [{ kind: 'refused', clientId, atMs, address, why }];
}

/** Verdicts that say nothing of the client: when that is mended, it may still not get anything. */
const OF_PUBLISHERS: ReadonlySet<Verdict> = new Set<Verdict>([
  'publish-denied',
  'rate-limited',
  'authorizer-failed',
  'store-failed',
  'no-publish',
  'publisher-never-connected',
  'publisher-refused',
  'publisher-not-connected',
]);
