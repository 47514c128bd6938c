import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Logger } from '../observe/logger.js';
import { StoreLost } from './store-lost.js';

/**
 * Whether the store does its work. Counts, and tells log and listeners when it changes, not at each
 * try.
 *
 *     works ── a commit fails, or does not end ──▶ failed ── a commit is safe ──▶ works
 *                                                    └── StoreLost ──▶ lost
 */
export class StoreHealth {
  readonly #counters: Counters;
  readonly #events: BrokerEvents;
  readonly #log: Logger;
  #failedSinceMs: number | undefined;
  /** Commits that failed since then. */
  #tries = 0;
  #lost = false;
  /** When the last commit was safe, on the clock that never goes back; `undefined`: none was. */
  lastSafeMs: number | undefined;

  constructor(parts: { counters: Counters; events: BrokerEvents; log: Logger }) {
    this.#counters = parts.counters;
    this.#events = parts.events;
    this.#log = parts.log;
  }

  /** The last commit that ended was not safe, or the one under way takes too long. */
  get failed(): boolean {
    return this.#failedSinceMs !== undefined;
  }

  /** No commit will ever be safe again. */
  get lost(): boolean {
    return this.#lost;
  }

  /** How long to wait for the next try. */
  get retryMs(): number {
    return Math.min(RETRY_MS_MIN * 2 ** Math.max(0, this.#tries - 1), RETRY_MS_MAX);
  }

  commitFailed(error: unknown, nowMs: number): void {
    this.#counters.storeCommitsFailed++;
    this.#tries++;
    if (error instanceof StoreLost && !this.#lost) {
      this.#lost = true;
      this.#fail(error, nowMs, 'the store is lost: nothing that needs it is acknowledged any more');
    } else if (!this.failed) {
      const what = 'nothing that needs it is acknowledged until it works again';
      this.#fail(error, nowMs, `the store failed: ${what}`);
    }
  }

  commitStalled(nowMs: number): void {
    if (this.failed) return;
    const error = new Error(`A commit has not ended after ${STALL_MS / 1000} s`);
    this.#fail(error, nowMs, 'the store does not answer: nothing that needs it is acknowledged');
  }

  commitSafe(nowMs: number): void {
    this.#counters.storeCommits++;
    this.lastSafeMs = nowMs;
    if (this.#failedSinceMs === undefined) return;
    const downMs = Math.round(nowMs - this.#failedSinceMs);
    const retries = this.#tries;
    this.#failedSinceMs = undefined;
    this.#tries = 0;
    const what = 'the store works again: what waited for it is acknowledged';
    this.#log.warn({ event: 'store-recovered', downMs, retries }, what);
    const { storeRecovered } = this.#events;
    if (storeRecovered.active) storeRecovered.emit({ downMs, retries });
  }

  #fail(error: unknown, nowMs: number, what: string): void {
    this.#failedSinceMs ??= nowMs;
    // One event of the disk, no bug: the stack is for who looks for one.
    this.#log.error({ event: 'store-failed', why: messageOf(error) }, what);
    this.#log.debug({ event: 'store-failure-detail', err: error }, 'why the store failed');
    const { storeFailed } = this.#events;
    if (storeFailed.active) storeFailed.emit({ error, lost: this.#lost });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A commit that takes longer is as bad as one that failed. */
export const STALL_MS = 10_000;
/** Doubled with every commit that fails, … */
const RETRY_MS_MIN = 100;
/** … up to this. */
const RETRY_MS_MAX = 5000;
