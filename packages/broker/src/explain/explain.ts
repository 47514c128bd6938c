import type { JournalEntry } from '../observe/journal/journal-entry.js';
import { ClientHistory } from './client-history.js';
import { evidenceOf } from './evidence.js';
import type { ExplainQuestion } from './explain-question.js';
import type { Fact, Verdict } from './fact.js';
import { Inquiry } from './inquiry.js';
import type { LiveView } from './live-view.js';

/** Why messages of a topic have reached a client, or have not. */
export interface Explanation {
  readonly question: ExplainQuestion;
  /** What became of the last one. */
  readonly verdict: Fact<Verdict>;
  readonly evidence: readonly Fact[];
  /** What the journal has about it, the oldest first; the newest of many. */
  readonly history: readonly JournalEntry[];
}

/** Answers from the journal and from what is there now. Changes nothing. */
export function explain(question: ExplainQuestion, live: LiveView): Explanation {
  const { topic, to, from, sinceMs } = question;
  const clientIds = from === undefined ? [to] : [to, from];
  const entries = live.read({ clientIds, topics: [topic] });
  const beginMs = sinceMs === undefined ? 0 : live.nowMs - sinceMs;
  const client = new ClientHistory(to, entries, live.session(to));
  const about = entries.filter((entry) => {
    return entry.atMs >= beginMs && isAbout(entry, question);
  });
  const verdict = new Inquiry(question, live, entries, client, beginMs).verdict();
  const publisher =
    from === undefined ? undefined : new ClientHistory(from, entries, live.session(from));
  const evidence = evidenceOf(question, live, { client, publisher, about, verdict });
  return { question, verdict, evidence, history: about.slice(-HISTORY_MAX) };
}

function isAbout(entry: JournalEntry, { topic, to, from }: ExplainQuestion): boolean {
  const isLife = entry.kind !== 'published' && entry.kind !== 'delivered';
  if (entry.topic === topic)
    return from === undefined || [entry.clientId, entry.other].includes(from);
  return (
    (entry.clientId === to || entry.clientId === from) && isLife && !PER_MESSAGE.has(entry.kind)
  );
}

const PER_MESSAGE: ReadonlySet<string> = new Set(['queued', 'dropped']);
const HISTORY_MAX = 50;
