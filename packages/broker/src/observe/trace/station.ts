import type { QoS } from '@magpie/protocol';
import type { DropReason } from '../../model/drop-reason.js';
import type { RetainOutcome } from '../../model/message-trace.js';

/**
 * Where a message can be on its way. This table is the single source: the type and the schema of
 * the API come from it.
 */
export const STATIONS = {
  received: 'The broker has read it, or was told to publish it',
  authorised: 'Its publisher may publish it',
  retained: 'It was retained, has cleared what was, or could not be retained',
  matched: 'So many subscriptions match',
  stored: 'What must survive of it is safe',
  answered: 'PUBACK or PUBREC has left for its publisher',
  queued: 'It waits for a subscriber',
  sent: 'It was handed to the connection of a subscriber',
  acknowledged: 'PUBACK, PUBREC or PUBCOMP of a subscriber has come',
  dropped: 'It does not reach a subscriber, or nobody',
  others: 'What became of it at the subscribers that are not told one by one',
  settled: 'Nothing more is expected of it',
} as const satisfies Readonly<Record<string, string>>;

export type StationKind = keyof typeof STATIONS;

/** One message at one station. What does not belong to the station is left out. */
export interface Station {
  /** Counts the stations of the trace, from 1. */
  readonly number: number;
  /** Counts the messages of the trace, from 1. */
  readonly message: number;
  readonly kind: StationKind;
  /** In ms since 1970, with fractions. */
  readonly atMs: number;
  /** Ms since the message was received. */
  readonly afterMs: number;
  /** Of the publisher where it was received; else of the subscriber. Empty: the program. */
  readonly clientId?: string;
  /** Of the publisher, where it was received. */
  readonly address?: string;
  readonly topic?: string;
  readonly qos?: QoS;
  /** The RETAIN flag. */
  readonly retain?: boolean;
  /** Whether it was sent before. */
  readonly dup?: boolean;
  /** Of the payload. */
  readonly bytes?: number;
  /** The first bytes of the payload, as base64, if the trace was told to take some. */
  readonly payload?: string;
  readonly rule?: string;
  readonly reason?: DropReason;
  readonly outcome?: RetainOutcome;
  readonly packet?: 'puback' | 'pubrec' | 'pubcomp';
  /** Subscribers that match. */
  readonly subscribers?: number;
  /** Shared subscriptions that match. */
  readonly groups?: number;
  /** The number of the commit; left out by a store in memory. */
  readonly commit?: number;
  /** Of the other subscribers: how many it was sent to, waits for, and does not reach. */
  readonly others?: { readonly sent: number; readonly queued: number; readonly dropped: number };
}

/** What a station tells besides its place and time. */
export type StationFacts = Omit<Station, 'number' | 'message' | 'kind' | 'atMs' | 'afterMs'>;
