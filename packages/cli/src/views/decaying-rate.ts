/**
 * How many a second there were lately: the newest count most, what is older than some seconds
 * hardly. It keeps two numbers, however many there are.
 */
export class DecayingRate {
  readonly #sinceMs: number;
  #weight = 0;
  #atMs: number;

  /** @param sinceMs When it begins, on a clock that never goes back. */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
    this.#atMs = sinceMs;
  }

  add(amount: number, atMs: number): void {
    this.#weight = this.#weightAt(atMs) + amount;
    this.#atMs = atMs;
  }

  perSecond(atMs: number): number {
    // What a rate had no time for yet does not make it smaller; less than a second tells nothing.
    const ageMs = Math.max(atMs - this.#sinceMs, 1000);
    return this.#weightAt(atMs) / ((MEMORY_MS / 1000) * (1 - Math.exp(-ageMs / MEMORY_MS)));
  }

  #weightAt(atMs: number): number {
    return this.#weight * Math.exp(-Math.max(0, atMs - this.#atMs) / MEMORY_MS);
  }
}

/** After so long, a message counts a third. */
const MEMORY_MS = 5000;
