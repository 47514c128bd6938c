/** What may have become of messages on their way to a client: the verdicts of `explain`. */
export const VERDICTS = [
  'delivered',
  'unacknowledged',
  'queued',
  'never-connected',
  'refused',
  'not-connected',
  'came-later',
  'qos0-while-away',
  'not-subscribed',
  'subscribed-later',
  'unsubscribed',
  'subscribe-refused',
  'publish-denied',
  'receiver-denied',
  'rate-limited',
  'authorizer-failed',
  'store-failed',
  'no-publish',
  'publisher-never-connected',
  'publisher-refused',
  'publisher-not-connected',
  'queue-full',
  'output-full',
  'too-large',
  'session-lost',
  'taken-over',
  'shared-other',
  'unknown',
  'journal-off',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What evidence says beside the verdict. */
export type EvidenceKind =
  | 'published'
  | 'connected-now'
  | 'away-now'
  | 'no-session-now'
  | 'subscribes-to'
  | 'counts'
  | 'dropped-counts'
  | 'retained-now';

/** A verdict, or a piece of evidence: data for programs, a sentence for people. */
export interface Fact<Kind extends string = Verdict | EvidenceKind> {
  readonly kind: Kind;
  /** In ms since 1970. */
  readonly atMs?: number;
  readonly clientId?: string;
  readonly topic?: string;
  readonly filter?: string;
  readonly address?: string;
  /** A fixed word: a close reason, a {@link FilterMiss}, a reason of `DROP_REASONS`, … */
  readonly why?: string;
  /** Where the rule that decided stands: `acl.yaml:12`. */
  readonly rule?: string;
  readonly qos?: number;
  readonly count?: number;
  readonly max?: number;
  /** Names that were probably meant: client identifiers or topics. */
  readonly names?: readonly string[];
}

/** Why a filter does not match a topic that it nearly matches. */
export type FilterMiss = 'case' | 'slash' | 'dollar' | 'levels' | 'typo' | 'other';
