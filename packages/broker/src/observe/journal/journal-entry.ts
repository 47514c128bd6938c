import type { QoS } from '@magpie/protocol';

/** What the journal keeps. The order is the number that stands for each in memory. */
export const JOURNAL_KINDS = [
  /** A CONNECT was accepted. `other`: the address; `retain`: its session was present. */
  'connected',
  /** A CONNECT was refused. `other`: the address. */
  'refused',
  /** The connection of an accepted client ended. `other`: the address. */
  'disconnected',
  /** Another connection took the client identifier. `other`: its address; `why`: the old one's. */
  'taken-over',
  /** `topic`: the filter. */
  'subscribed',
  /** The same. `why`: the rule that has taken it away; empty: its client did. */
  'unsubscribed',
  /** A filter was refused. `why`: by which rule or limit. */
  'subscribe-refused',
  /** Sampled: a message was handed on. `count`: subscribers and share groups that matched. */
  'published',
  /** Sampled: a message waits in the queue of the client. `other`: who published it. */
  'queued',
  /** Sampled: a message was handed to the connection. `count`: its packet identifier. */
  'delivered',
  /** Sampled. `why`: one of `DROP_REASONS`; `other`: the publisher, or the rule that denied. */
  'dropped',
  /** A session is gone for good. `count`: messages that it lost. */
  'session-ended',
  /** `other`: the user name or address, if it is no client; `why`: the reason. */
  'banned',
  'unbanned',
] as const;

export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** One thing that happened. */
export interface JournalEntry {
  readonly kind: JournalKind;
  /** In ms since 1970. */
  readonly atMs: number;
  /** Whom it happened to. Empty: nobody, or the broker itself. */
  readonly clientId: string;
  /** Topic or filter; empty if it is about none. */
  readonly topic: string;
  /** The other side: an address, a publisher, a rule; see the kind. */
  readonly other: string;
  readonly why: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly count: number;
}

/** What a writer leaves out is empty, 0 or `false`. */
export type JournalNote = { readonly kind: JournalKind } & Partial<Omit<JournalEntry, 'atMs'>>;
