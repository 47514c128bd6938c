import type { Clock } from './clock.js';

/**
 * Long work in slices, between which others have their turn:
 *
 *     for (const one of many) {
 *       look(one);
 *       if (slices.isOver) await slices.next();
 *     }
 */
export class Slices {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  #endMs: number;

  /** The first slice begins now. @param sliceMs How long one takes, and what `look` takes more. */
  constructor(clock: Clock, sliceMs: number) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
    this.#endMs = clock.nowMs() + sliceMs;
  }

  get isOver(): boolean {
    return this.#clock.nowMs() >= this.#endMs;
  }

  /** Resolves when all others had their turn: the next slice begins. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#clock.endOfTurn(resolve);
    });
    this.#endMs = this.#clock.nowMs() + this.#sliceMs;
  }
}
