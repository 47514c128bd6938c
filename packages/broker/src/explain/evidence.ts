import { matches } from '@magpie/protocol';
import type { JournalEntry } from '../observe/journal/journal-entry.js';
import type { ClientHistory } from './client-history.js';
import type { ExplainQuestion } from './explain-question.js';
import type { Fact } from './fact.js';
import { bare } from './filter-miss.js';
import type { LiveView } from './live-view.js';

/** What is known beside the verdict, so that somebody can judge it. */
export function evidenceOf(
  { topic }: ExplainQuestion,
  live: LiveView,
  client: ClientHistory,
  about: readonly JournalEntry[],
): Fact[] {
  const facts: Fact[] = [];
  const published = about.filter(({ kind }) => kind === 'published');
  const last = published.at(-1);
  if (last !== undefined) {
    const { atMs, clientId, qos, count } = last;
    facts.push({ kind: 'published', topic, atMs, clientId, qos, count });
  }
  const { clientId, session } = client;
  if (session === undefined) facts.push({ kind: 'no-session-now', clientId });
  else {
    const address = session.rights.client?.address ?? '';
    if (client.isConnected) facts.push({ kind: 'connected-now', clientId, address });
    else facts.push({ kind: 'away-now', clientId, count: session.queued });
    for (const [filter, qos] of session.subscriptions) {
      if (matches(bare(filter), topic))
        facts.push({ kind: 'subscribes-to', clientId, filter, qos });
    }
    facts.push({ kind: 'counts', clientId, count: session.tally.sent, max: session.inflight });
    for (const [why, count] of session.tally.dropped) {
      facts.push({ kind: 'dropped-counts', clientId, why, count });
    }
  }
  if (live.isRetained(topic)) facts.push({ kind: 'retained-now', topic });
  return facts;
}
