import { matches } from '@magpie/protocol';
import type { JournalEntry, JournalKind } from '../observe/journal/journal-entry.js';
import type { Session } from '../sessions/session.js';
import { bare } from './filter-miss.js';

/**
 * The life of one client as the journal tells it, in the order in which it happened. What is older
 * than the journal is inferred from what is there now.
 */
export class ClientHistory {
  readonly clientId: string;
  readonly session: Session | undefined;
  readonly #entries: readonly JournalEntry[];

  /** @param entries Of this client and of others, the oldest first. */
  constructor(clientId: string, entries: readonly JournalEntry[], session: Session | undefined) {
    this.clientId = clientId;
    this.session = session;
    this.#entries = entries;
  }

  get isConnected(): boolean {
    return this.session?.outlet !== undefined;
  }

  /** Whether anything is known of a connection, or of a session that it left. */
  get isKnown(): boolean {
    return this.session !== undefined || this.last(['connected', 'disconnected']) !== undefined;
  }

  /** Its last try to connect, if it was refused. */
  get refusal(): JournalEntry | undefined {
    const last = this.last(['refused', 'connected']);
    return last?.kind === 'refused' && !this.isConnected ? last : undefined;
  }

  /** The last entry of one of these kinds before a place. */
  last(
    kinds: readonly JournalKind[],
    before = this.#entries.length,
    fits: (entry: JournalEntry) => boolean = () => true,
  ): JournalEntry | undefined {
    for (let index = Math.min(before, this.#entries.length) - 1; index >= 0; index--) {
      const entry = this.#entries[index]!;
      if (entry.clientId === this.clientId && kinds.includes(entry.kind) && fits(entry)) {
        return entry;
      }
    }
    return undefined;
  }

  /** The first entry of one of these kinds from a place on. */
  first(
    kinds: readonly JournalKind[],
    from: number,
    fits: (entry: JournalEntry) => boolean = () => true,
  ): JournalEntry | undefined {
    for (let index = from; index < this.#entries.length; index++) {
      const entry = this.#entries[index]!;
      if (entry.clientId === this.clientId && kinds.includes(entry.kind) && fits(entry)) {
        return entry;
      }
    }
    return undefined;
  }

  wasConnected(at: number): boolean {
    const before = this.last(['connected', 'disconnected'], at);
    if (before !== undefined) return before.kind === 'connected';
    const after = this.first(['connected', 'disconnected'], at);
    return after === undefined ? this.isConnected : after.kind === 'disconnected';
  }

  /** What ended its session before a place, if it had none there. */
  endedBefore(at: number): JournalEntry | undefined {
    const last = this.last(['connected', 'session-ended'], at);
    return last?.kind === 'session-ended' ? last : undefined;
  }

  /** Filters that match the topic and that it had at a place in the journal. */
  filtersAt(topic: string, at: number): string[] {
    const filters = new Set(this.session?.subscriptions.keys());
    for (const { clientId, kind, topic: filter } of this.#entries) {
      if (clientId === this.clientId && kind === 'subscribed') filters.add(filter);
      if (clientId === this.clientId && kind === 'unsubscribed') filters.add(filter);
    }
    return [...filters].filter((filter) => {
      return matches(bare(filter), topic) && this.#hadFilter(filter, at);
    });
  }

  #hadFilter(filter: string, at: number): boolean {
    const about = (entry: JournalEntry) => {
      return entry.kind === 'session-ended' || entry.topic === filter;
    };
    const kinds = ['subscribed', 'unsubscribed', 'session-ended'] as const;
    const before = this.last(kinds, at, about);
    if (before !== undefined) return before.kind === 'subscribed';
    const after = this.first(kinds, at, about);
    if (after !== undefined) return after.kind === 'unsubscribed';
    return this.session?.subscriptions.has(filter) === true;
  }
}
