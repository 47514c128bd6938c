/**
 * Tells what is seen repeatedly from what is seen once, in a fixed amount of memory.
 *
 * A cache asks it before it takes something in: topics that never repeat would only push out those
 * that do, and cost an entry each. It may forget, and it may take two things for one; both only
 * cost time.
 */
export class SecondSight {
  readonly #seen: Int32Array;

  /** @param slots How many things it remembers, a power of two. */
  constructor(slots = 16_384) {
    this.#seen = new Int32Array(slots);
  }

  /** Whether something with this hash was seen lately. It is from now on. */
  again(hash: number): boolean {
    const slot = (hash ^ (hash >>> 15)) & (this.#seen.length - 1);
    const known = this.#seen[slot] === hash;
    this.#seen[slot] = hash;
    return known;
  }
}
