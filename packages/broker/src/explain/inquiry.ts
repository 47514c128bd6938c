import { matches, parseSharedFilter } from '@magpie/protocol';
import { nearest } from '../config/nearest.js';
import { DROP_REASONS, type DropReason } from '../model/drop-reason.js';
import type { JournalEntry } from '../observe/journal/journal-entry.js';
import { ClientHistory } from './client-history.js';
import type { ExplainQuestion } from './explain-question.js';
import type { Fact, Verdict } from './fact.js';
import { bare, nearestFilter } from './filter-miss.js';
import type { LiveView } from './live-view.js';

/** Looks at the way of the last message, station by station. */
export class Inquiry {
  readonly #question: ExplainQuestion;
  readonly #live: LiveView;
  readonly #entries: readonly JournalEntry[];
  readonly #client: ClientHistory;
  readonly #beginMs: number;

  constructor(
    question: ExplainQuestion,
    live: LiveView,
    entries: readonly JournalEntry[],
    client: ClientHistory,
    beginMs: number,
  ) {
    this.#question = question;
    this.#live = live;
    this.#entries = entries;
    this.#client = client;
    this.#beginMs = beginMs;
  }

  verdict(): Fact<Verdict> {
    if (this.#live.limits.journalSizeMax === 0) return { kind: 'journal-off' };
    const published = this.#lastIndex(({ kind }) => kind === 'published');
    const fate = this.#lastFate();
    const stranger = this.#stranger(Math.max(published, fate));
    if (stranger !== undefined) return stranger;
    const stopped = this.#lastIndex(({ kind, why }) => kind === 'dropped' && isOf(why, 'message'));
    if (stopped > published) return this.#stopped(this.#entries[stopped]!);
    if (published < 0 && fate < 0) return this.#notPublished();
    const takenOver = this.#takenOver(published);
    if (takenOver !== undefined) return takenOver;
    if (published > fate) {
      const missed = this.#missed(published);
      if (missed !== undefined) return missed;
    }
    return fate < 0 ? { kind: 'unknown' } : this.#fateOf(fate);
  }

  /** A client that never was here, or was refused before the last message. */
  #stranger(last: number): Fact<Verdict> | undefined {
    const client = this.#client;
    const { clientId, refusal, isKnown } = client;
    const isCause = !isKnown || last < 0 || (refusal && this.#entries.indexOf(refusal) < last);
    if (refusal !== undefined && isCause) return refusedFact('refused', refusal);
    if (isKnown) return undefined;
    return { kind: 'never-connected', clientId, names: this.#similarClients(clientId) };
  }

  #stopped({ atMs, clientId, why, other: rule, qos }: JournalEntry): Fact<Verdict> {
    const kind = why === 'denied' ? 'publish-denied' : (why as Verdict);
    return { kind, atMs, clientId, topic: this.#question.topic, rule, qos };
  }

  /** Nobody has published on this topic, or not who should have. */
  #notPublished(): Fact<Verdict> {
    const { topic, from: clientId } = this.#question;
    if (clientId !== undefined) {
      const publisher = new ClientHistory(clientId, this.#entries, this.#live.session(clientId));
      const { refusal } = publisher;
      if (refusal !== undefined) return refusedFact('publisher-refused', refusal);
      if (!publisher.isKnown) {
        const names = this.#similarClients(clientId);
        return { kind: 'publisher-never-connected', clientId, names };
      }
      if (!publisher.isConnected) {
        const left = publisher.last(['disconnected']);
        const when = left && { atMs: left.atMs, why: left.why };
        return { kind: 'publisher-not-connected', clientId, ...when };
      }
    }
    const seen = this.#live.topics(this.#beginMs, clientId);
    const earlier = this.#find(
      ({ kind, clientId: by }) => kind === 'published' && (clientId ?? by) === by,
      { sinceMs: 0 },
    );
    return {
      kind: 'no-publish',
      topic,
      names: nearestTopics(topic, seen),
      ...(clientId !== undefined && { clientId }),
      ...(earlier >= 0 && { atMs: this.#entries[earlier]!.atMs }),
    };
  }

  /** Somebody else has the client identifier, and gets its messages. */
  #takenOver(published: number): Fact<Verdict> | undefined {
    const taken = this.#client.last(['taken-over']);
    const came = this.#client.last(['connected']);
    if (taken === undefined || came === undefined || taken.other === taken.why) return undefined;
    const at = this.#entries.indexOf(taken);
    if (at > published || came.other !== taken.other) return undefined;
    const { atMs, clientId, other: address } = taken;
    return { kind: 'taken-over', atMs, clientId, address };
  }

  /** The last message has left no trace at the session of the client: it never came there. */
  #missed(published: number): Fact<Verdict> | undefined {
    const client = this.#client;
    const { clientId } = client;
    const { topic } = this.#question;
    const filters = client.filtersAt(topic, published);
    const groups = filters.map((filter) => parseSharedFilter(filter)?.group);
    if (filters.length > 0) {
      if (groups.includes(undefined)) return undefined;
      const other = this.#lastIndex(
        (entry) => entry.kind === 'delivered' && entry.clientId !== clientId,
        published,
      );
      const got = this.#entries[other];
      const filter = filters[0]!;
      return { kind: 'shared-other', filter, ...(got && { clientId: got.clientId }) };
    }
    if (!client.wasConnected(published)) return this.#wasAway(published);
    const later = client.first(['subscribed'], published, ({ topic: filter }) =>
      matches(bare(filter), topic),
    );
    if (later !== undefined) return this.#subscribedLater(later, this.#entries[published]!);
    return this.#notSubscribed(published);
  }

  #wasAway(published: number): Fact<Verdict> {
    const client = this.#client;
    const { clientId } = client;
    const ended = client.endedBefore(published);
    if (ended !== undefined && ended.why !== 'session-closed') {
      return { kind: 'session-lost', clientId, atMs: ended.atMs, why: ended.why };
    }
    const left = client.last(['disconnected'], published);
    if (left === undefined) {
      const came = client.first(['connected'], published);
      if (came !== undefined) return { kind: 'came-later', clientId, atMs: came.atMs };
    } else if (ended !== undefined) {
      return { kind: 'not-connected', clientId, atMs: left.atMs, why: left.why };
    }
    return this.#notSubscribed(published);
  }

  #subscribedLater(later: JournalEntry, published: JournalEntry): Fact<Verdict> {
    const { atMs, topic: filter, clientId } = later;
    const isShared = parseSharedFilter(filter) !== undefined;
    const isKept = this.#live.isRetained(this.#question.topic);
    const why = !published.retain ? 'not-retained' : isShared ? 'shared' : 'cleared';
    return { kind: 'subscribed-later', clientId, atMs, filter, why: isKept ? 'shared' : why };
  }

  #notSubscribed(published: number): Fact<Verdict> {
    const { topic, to: clientId } = this.#question;
    const fits = ({ topic: filter }: JournalEntry) => matches(bare(filter), topic);
    const kinds = ['subscribe-refused', 'unsubscribed'] as const;
    const last = this.#client.last(kinds, published, fits);
    if (last !== undefined) {
      const { atMs, topic: filter, why: rule } = last;
      const kind = last.kind === 'unsubscribed' ? 'unsubscribed' : 'subscribe-refused';
      return { kind, clientId, atMs, filter, rule };
    }
    const near = nearestFilter(topic, this.#client.session?.subscriptions.keys() ?? []);
    const fact = { kind: 'not-subscribed', clientId, topic } as const;
    return near === undefined ? fact : { ...fact, filter: near.filter, why: near.miss };
  }

  /** What the journal says of the last message at the session of the client. */
  #fateOf(index: number): Fact<Verdict> {
    const { kind, atMs, why, qos, count } = this.#entries[index]!;
    const { clientId, session } = this.#client;
    const fact = { clientId, atMs, qos };
    if (kind === 'dropped') return this.#dropped(why as DropReason, index, fact);
    if (kind === 'delivered') {
      if (qos === 0) return { kind: 'delivered', ...fact };
      // What it lost it had not sent, or its client had not acknowledged.
      const lost = this.#client.first(['session-ended'], index, (entry) => entry.count > 0);
      if (lost !== undefined)
        return { kind: 'session-lost', ...fact, atMs: lost.atMs, why: lost.why };
      if (session?.isInflight(count) !== true) return { kind: 'delivered', ...fact };
      const isThere = session.outlet !== undefined;
      const inflight = { count: session.inflight, max: this.#live.limits.inflightMax };
      if (isThere) return { kind: 'unacknowledged', ...fact, ...inflight };
      return { kind: 'queued', ...fact, why: 'unacknowledged', count: session.inflight };
    }
    const ended = this.#client.first(['session-ended'], index);
    if (ended !== undefined) {
      return { kind: 'session-lost', clientId, atMs: ended.atMs, why: ended.why };
    }
    const waits = session?.queued ?? 0;
    if (waits === 0) return { kind: 'delivered', ...fact };
    const { inflightMax } = this.#live.limits;
    const isFull = (session?.inflight ?? 0) >= inflightMax;
    const reason = !this.#client.isConnected ? 'away' : isFull ? 'window-full' : 'slow';
    return { kind: 'queued', ...fact, why: reason, count: waits };
  }

  #dropped(why: DropReason, index: number, fact: Omit<Fact<Verdict>, 'kind'>): Fact<Verdict> {
    const { limits } = this.#live;
    if (why === 'offline-qos0') {
      const left = this.#client.last(['disconnected'], index);
      return { kind: 'qos0-while-away', ...fact, ...(left && { why: left.why }) };
    }
    if (why === 'too-large') {
      const max = this.#client.session?.packetBytesMax;
      return { kind: 'too-large', ...fact, ...(max !== undefined && { max }) };
    }
    if (why !== 'queue-full') return { kind: why as Verdict, ...fact };
    const isFull = (entry: JournalEntry) => entry.why === 'queue-full';
    const since = this.#client.first(['dropped'], this.#begin(), isFull);
    const count = this.#client.session?.tally.dropped.get(why) ?? 0;
    const max = limits.queuedMessagesMax;
    return { kind: 'queue-full', ...fact, atMs: since?.atMs ?? 0, count, max };
  }

  #begin(): number {
    return this.#entries.findIndex(({ atMs }) => atMs >= this.#beginMs);
  }

  #lastFate(): number {
    const { to } = this.#question;
    const { from } = this.#question;
    return this.#find((entry) => {
      if (entry.clientId !== to || (from !== undefined && entry.other !== from)) return false;
      if (entry.kind === 'dropped') return isOf(entry.why, 'delivery');
      return entry.kind === 'delivered' || entry.kind === 'queued';
    });
  }

  /** Last entry about the topic, by the publisher that is asked about. */
  #lastIndex(fits: (entry: JournalEntry) => boolean, from = 0): number {
    const publisher = this.#question.from;
    return this.#find(
      (entry) => {
        const isBy = entry.kind === 'delivered' ? entry.other : entry.clientId;
        return fits(entry) && (publisher === undefined || isBy === publisher);
      },
      { from },
    );
  }

  #find(
    fits: (entry: JournalEntry) => boolean,
    { from = 0, sinceMs = this.#beginMs }: { from?: number; sinceMs?: number } = {},
  ): number {
    for (let index = this.#entries.length - 1; index >= from; index--) {
      const entry = this.#entries[index]!;
      if (entry.atMs < sinceMs) return -1;
      if (entry.topic === this.#question.topic && fits(entry)) return index;
    }
    return -1;
  }

  #similarClients(clientId: string): readonly string[] {
    const known: string[] = [];
    for (const session of this.#live.sessions()) {
      if (known.push(session.clientId) === NAMES_MAX) break;
    }
    const best = nearest(clientId, known);
    return best === undefined ? [] : [best];
  }
}

function refusedFact(
  kind: 'refused' | 'publisher-refused',
  { clientId, atMs, other: address, why }: JournalEntry,
): Fact<Verdict> {
  return { kind, clientId, atMs, address, why };
}

function isOf(why: string, of: 'message' | 'delivery'): boolean {
  return Object.hasOwn(DROP_REASONS, why) && DROP_REASONS[why as DropReason].of === of;
}

/** Topics that were published on and look like this one, at most three. */
function nearestTopics(topic: string, seen: Iterable<string>): string[] {
  const wanted = topic.toLowerCase();
  const head = wanted.slice(0, wanted.lastIndexOf('/') + 1);
  const close: string[] = [];
  const related: string[] = [];
  for (const other of seen) {
    if (nearest(topic, [other]) !== undefined) close.push(other);
    else if (head !== '' && other.toLowerCase().startsWith(head)) related.push(other);
  }
  return [...close, ...related].slice(0, 3);
}

/** Client identifiers among which one is looked for that was meant. */
const NAMES_MAX = 20_000;
