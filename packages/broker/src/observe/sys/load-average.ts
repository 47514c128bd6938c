/**
 * How much a counter grows in a minute, of late: what was long ago counts ever less. The measure is
 * that of mosquitto's `load` topics, so the same exporters show the same.
 */
export class LoadAverage {
  readonly #overMs: number;
  #perMinute = 0;
  #count: number;

  /**
   * @param overMs The time after which something counts for a third (1/e) of what it did.
   * @param count What the counter shows now.
   */
  constructor(overMs: number, count: number) {
    this.#overMs = overMs;
    this.#count = count;
  }

  get perMinute(): number {
    return this.#perMinute;
  }

  /** @param count What the counter shows. @param passedMs Since the last time: more than 0. */
  update(count: number, passedMs: number): void {
    const now = ((count - this.#count) * 60_000) / passedMs;
    this.#perMinute = now + Math.exp(-passedMs / this.#overMs) * (this.#perMinute - now);
    this.#count = count;
  }
}
