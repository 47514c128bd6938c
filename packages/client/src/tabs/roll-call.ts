import type { Clock } from '../model/clock.js';
import type { WebLocks } from '../outbox/indexeddb/web-storage.js';

/**
 * Waits for the tabs of a host that is gone, until each has said again what it has subscribed to,
 * or is gone as well.
 *
 * Its successor must receive nothing before: a message is acknowledged when all that have
 * subscribed to it are done, and no server sends it again for a tab that comes a moment later. The
 * wait has an end, since a browser may have frozen one of them.
 */
export class RollCall {
  readonly #missing: Set<string>;
  readonly #complete: () => void;
  readonly #cancelTimer: () => void;

  /**
   * @param tabs Those who are to come; at least one.
   * @param complete Called once, when none is missing or the time is over.
   */
  constructor(tabs: Iterable<string>, clock: Clock, complete: () => void) {
    this.#missing = new Set(tabs);
    this.#complete = complete;
    this.#cancelTimer = clock.after(REJOIN_MS, () => {
      this.#missing.clear();
      complete();
    });
  }

  /** The tab has said all, or is gone. */
  answered(tab: string): void {
    if (!this.#missing.delete(tab) || this.#missing.size > 0) return;
    this.#cancelTimer();
    this.#complete();
  }

  /** Nobody waits any more. */
  cancel(): void {
    this.#missing.clear();
    this.#cancelTimer();
  }
}

/** Tabs that are there and have joined a connection, whoever has it or had it. */
export async function joinedTabs(locks: WebLocks, connection: string): Promise<string[]> {
  const { held = [] } = await locks.query();
  const beginning = joinedLock(connection, '');
  return held.flatMap(({ name = '' }) =>
    name.startsWith(beginning) ? [name.slice(beginning.length)] : [],
  );
}

/** The lock that a tab holds from its first welcome on. */
export function joinedLock(connection: string, tab: string): string {
  return `magpie-joined:${connection}:${tab}`;
}

/** How long the tabs of a predecessor may take to come and say what they want. */
export const REJOIN_MS = 10_000;
