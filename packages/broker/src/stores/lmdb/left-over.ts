/**
 * Arrivals of messages whose session has ended: there may be a million of them, so they are let go
 * of in pieces, a piece a commit. They are forgotten with the process and found again when the
 * store is loaded, since no session claims them.
 */
export class LeftOver {
  readonly #sources: Iterator<number>[] = [];

  /** Takes over what this gives, little by little. */
  add(arrivals: Iterable<number>): void {
    this.#sources.push(arrivals[Symbol.iterator]());
  }

  get isEmpty(): boolean {
    return this.#sources.length === 0;
  }

  /** The next ones, at most so many. */
  *take(countMax: number): Generator<number> {
    for (let count = 0; count < countMax; ) {
      const next = this.#sources[0]?.next();
      if (next === undefined) return;
      if (next.done === true) {
        this.#sources.shift();
        continue;
      }
      count++;
      yield next.value;
    }
  }
}
