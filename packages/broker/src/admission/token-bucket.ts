/**
 * Lets an amount a second through, after a pause up to `capacity` at once. Without a clock or a
 * timer of its own: the time comes in with each call, in ms that never go back.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #atMs: number;

  /** It begins full. */
  constructor(perSecond: number, capacity: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#atMs = nowMs;
  }

  /**
   * Takes what has happened already, into debt if it must be: one thing may be larger than the
   * bucket.
   *
   * @returns In ms, when the debt is paid; 0 if there is none.
   */
  take(amount: number, nowMs: number): number {
    this.#fill(nowMs);
    this.#tokens -= amount;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }

  /** Whether so much is there. */
  holds(amount: number, nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= amount;
  }

  /** Takes only what is there. @returns Whether it was. */
  tryTake(amount: number, nowMs: number): boolean {
    if (!this.holds(amount, nowMs)) return false;
    this.#tokens -= amount;
    return true;
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
