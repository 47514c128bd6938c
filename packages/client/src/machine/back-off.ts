import type { Random } from '../model/random.js';

export interface BackOffOptions {
  /** Shortest wait, and the first, in ms. */
  readonly minMs: number;
  /** Longest wait, in ms. */
  readonly maxMs: number;
  /**
   * `full`: anything from `minMs` to a bound that doubles. `decorrelated`: anything from `minMs` to
   * three times the last wait. `none`: doubles.
   */
  readonly jitter: 'full' | 'decorrelated' | 'none';
}

/** How long to wait before the next attempt, so that many clients do not come back together. */
export class BackOff {
  readonly #options: BackOffOptions;
  readonly #random: Random;
  #boundMs: number;

  constructor(options: BackOffOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#boundMs = options.minMs;
  }

  /** The next wait, in ms. */
  next(): number {
    const { minMs, maxMs, jitter } = this.#options;
    const boundMs = this.#boundMs;
    const tripled = jitter === 'decorrelated';
    const upToMs = tripled ? Math.min(maxMs, boundMs * 3) : boundMs;
    const waitMs = jitter === 'none' ? boundMs : minMs + this.#random() * (upToMs - minMs);
    this.#boundMs = tripled ? waitMs : Math.min(maxMs, boundMs * 2);
    return waitMs;
  }
}
