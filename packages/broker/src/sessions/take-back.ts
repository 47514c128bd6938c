import type { OutboundWindow } from '@magpie/protocol';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { StoredReplay, StoredSession } from '../stores/store.js';
import { RetainedReplay } from './retained-replay.js';
import type { SessionQueue } from './session-queue.js';

/** Where what a session still owed to its client is put. */
interface TakenBack<M> {
  readonly window: OutboundWindow<M | undefined>;
  readonly queue: SessionQueue;
  readonly retained: RetainedTree;
}

/**
 * Takes back what a store remembers of the messages of a session, in their order.
 *
 * A store does not know what was sent and not yet answered. What precedes something that was
 * released was sent, and is in flight again; what follows waits again. All of it goes out with DUP,
 * however much it is: before the crash the client may have acknowledged what the store did not
 * learn of, and have been sent as many more.
 *
 * @returns Deliveries that have begun.
 */
export function takeBack<M>(stored: StoredSession, into: TakenBack<M>): number {
  const { deliveries, replays } = stored;
  const lastReleased = deliveries.findLast(({ released }) => released)?.sequence ?? -1;
  let replaysBack = 0;
  for (const { sequence, qos, released, bytes } of deliveries) {
    for (; (replays[replaysBack]?.endSequence ?? Infinity) <= sequence; replaysBack++) {
      takeBackReplay(replays[replaysBack]!, into);
    }
    if (released) into.window.restoreReleased(sequence);
    else if (sequence < lastReleased) into.window.send(sequence, qos, undefined);
    else into.queue.pushStored(sequence, bytes);
  }
  for (const replay of replays.slice(replaysBack)) takeBackReplay(replay, into);
  return deliveries.length + replays.length;
}

function takeBackReplay<M>(stored: StoredReplay, { queue, retained }: TakenBack<M>): void {
  retained.raiseChanges(stored.asOf);
  queue.pushReplay(RetainedReplay.restore(retained, stored));
}

/** The number of the next message to a session: above all that were given out. */
export function nextSequenceOf({ nextSequence, replays }: StoredSession): number {
  return Math.max(nextSequence, ...replays.map(({ endSequence }) => endSequence));
}
