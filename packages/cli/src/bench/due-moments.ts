import type { PacePlan } from './load-plan.js';
import type { SeededRandom } from './seeded-random.js';

/** When the messages of a stream with a rate are due, in µs since the load began. */
export class DueMoments {
  readonly #everyUs: number;
  readonly #jitter: number;
  readonly #firstUs: number;
  readonly #random: SeededRandom;
  #count = 0;

  /** @param random Of this stream alone. */
  constructor(pace: Extract<PacePlan, { kind: 'rate' }>, random: SeededRandom) {
    this.#everyUs = pace.everyUs;
    this.#jitter = pace.jitter ?? 0;
    this.#random = random;
    // Spread over the first interval: devices are not in step.
    const drawn = random.next();
    this.#firstUs = (pace.phase ?? drawn) * pace.everyUs;
  }

  next(): number {
    const onTimeUs = this.#firstUs + this.#count++ * this.#everyUs;
    if (this.#jitter === 0) return onTimeUs;
    const offUs = (this.#random.next() - 0.5) * this.#jitter * this.#everyUs;
    return Math.max(0, onTimeUs + offUs);
  }
}
