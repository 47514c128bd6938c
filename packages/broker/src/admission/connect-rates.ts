import { lastUsed } from '../model/last-used.js';
import { TokenBucket } from './token-bucket.js';

/**
 * How often something – an address, a client identifier – may connect in a minute. A minute's worth
 * may come at once.
 *
 * The table holds the {@link ENTRIES_MAX} last ones; who fills it needs as many addresses for it.
 */
export class ConnectRates {
  readonly #perMinute: number;
  readonly #buckets = lastUsed<TokenBucket>(ENTRIES_MAX);

  /** @param perMinute 0: nothing is limited, and nothing is kept. */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** It connects. @returns Whether it may. Who may not is not counted. */
  admits(key: string, nowMs: number): boolean {
    if (this.#perMinute === 0) return true;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#perMinute / 60, this.#perMinute, nowMs);
      this.#buckets.set(key, bucket);
    }
    return bucket.tryTake(1, nowMs);
  }
}

const ENTRIES_MAX = 10_000;
