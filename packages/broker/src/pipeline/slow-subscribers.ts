import type { Clock } from '../model/clock.js';
import type { Session } from '../sessions/session.js';
import { type ClientDelay, delayOf } from './client-statistics.js';

/** A client that is slow to take what it is sent. */
export interface SlowSubscriber extends ClientDelay {
  readonly clientId: string;
}

/**
 * The slowest of all clients, the slowest first. All are looked at, in slices, so that nobody has
 * to wait for it; nothing is kept but the result.
 *
 * @param count Of the result, at most.
 */
export async function slowestOf(
  sessions: Iterable<Session>,
  count: number,
  clock: Clock,
): Promise<SlowSubscriber[]> {
  const slowest: SlowSubscriber[] = [];
  let left = LOOKED_AT_ONCE;
  for (const session of sessions) {
    const delay = delayOf(session, clock.nowMs());
    if (delay !== undefined) insert(slowest, { clientId: session.clientId, ...delay }, count);
    if (--left > 0) continue;
    left = LOOKED_AT_ONCE;
    await new Promise<void>((resolve) => {
      clock.endOfTurn(resolve);
    });
  }
  return slowest;
}

/** Puts it where it belongs, if that is among the first so many. */
function insert(slowest: SlowSubscriber[], one: SlowSubscriber, count: number): void {
  const last = slowest.at(-1);
  if (slowest.length === count && last !== undefined && last.delayMs >= one.delayMs) return;
  const at = slowest.findIndex(({ delayMs }) => delayMs < one.delayMs);
  slowest.splice(at < 0 ? slowest.length : at, 0, one);
  if (slowest.length > count) slowest.pop();
}

/** Well below a millisecond. */
const LOOKED_AT_ONCE = 1000;
