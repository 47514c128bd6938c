import type { OutboundWindow, QoS } from '@magpie/protocol';
import { Delivery } from './delivery.js';
import { RetainedReplay } from './retained-replay.js';
import type { SessionQueue } from './session-queue.js';
import { StoredRun } from './stored-run.js';

/** What a session has on its way to its client. It is live. */
export interface Pending {
  readonly window: OutboundWindow<PendingMessage | undefined>;
  /** `undefined`: nothing waits. */
  readonly queue: SessionQueue | undefined;
}

/** How a message goes to the client. */
export type PendingMessage = Pick<Delivery, 'message' | 'retained'>;

/** One message on its way to a client. */
export interface PendingPlace {
  readonly at: PendingPosition;
  /** Its own number in the order of the session; -1: it has none. */
  readonly sequence: number;
  /** `sent`: not acknowledged. `received`: there was a PUBREC, and no PUBCOMP. */
  readonly state: 'queued' | 'sent' | 'received';
  /** While it is in flight. */
  readonly packetId?: number;
  /** `undefined`: the store knows. */
  readonly qos?: QoS;
  /** `undefined`: it lies in the store, or nobody keeps it since it is not sent again. */
  readonly delivery?: PendingMessage | undefined;
  /** It stands for the retained messages that match, which a new subscription is to get. */
  readonly replay?: { readonly filter: string; readonly left: number };
}

/** Where in a list of them: what comes later is above. */
export interface PendingPosition {
  /** Of the message, or of the last one before it that has a number. */
  readonly sequence: number;
  /** How many without a number are between. */
  readonly behind: number;
}

/** Before all. */
export const PENDING_START: PendingPosition = { sequence: -1, behind: -1 };

/**
 * What waits, oldest first. It may be walked in steps while the client reads: what has left by then
 * is passed over.
 *
 * @returns `undefined` for each that is not above `after`, so that nobody has to skip many at once;
 * those in the store are skipped without a walk.
 */
export function* queuedPlaces(
  { queue }: Pending,
  after: PendingPosition,
): Generator<PendingPlace | undefined> {
  let sequence = -1;
  let behind = -1;
  for (const item of queue?.items() ?? []) {
    if (item instanceof StoredRun) {
      for (const own of item.sequences(after.sequence)) {
        const at = { sequence: own, behind: 0 };
        sequence = own;
        behind = 0;
        yield isAbove(at, after) ? { at, sequence: own, state: 'queued' } : undefined;
      }
      continue;
    }
    const own = item instanceof Delivery ? item.sequence : item.endSequence - 1;
    behind = own < 0 ? behind + 1 : 0;
    sequence = own < 0 ? sequence : own;
    const at = { sequence, behind };
    yield isAbove(at, after) ? placeOf(item, at) : undefined;
  }
}

/** What was sent and is not acknowledged to the end, oldest first. */
export function* inflightPlaces(
  { window }: Pending,
  after: PendingPosition,
): Generator<PendingPlace> {
  for (const sent of window.unacknowledged(after.sequence + 1)) {
    const { sequence, packetId, qos, released, message } = sent;
    const state = released ? 'received' : 'sent';
    const at = { sequence, behind: 0 };
    yield { at, sequence, state, packetId, qos, delivery: message };
  }
}

function placeOf(item: Delivery | RetainedReplay, at: PendingPosition): PendingPlace {
  if (item instanceof RetainedReplay) {
    const { filter, left, qos } = item;
    return { at, sequence: -1, state: 'queued', qos, replay: { filter, left } };
  }
  return { at, sequence: item.sequence, state: 'queued', qos: item.qos, delivery: item };
}

function isAbove(one: PendingPosition, other: PendingPosition): boolean {
  if (one.sequence !== other.sequence) return one.sequence > other.sequence;
  return one.behind > other.behind;
}
