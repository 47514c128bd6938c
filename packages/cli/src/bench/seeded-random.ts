/**
 * The same numbers for the same seed, on every machine and with every Node.js (mulberry32). No
 * secret may be made of them. Who needs numbers of his own takes a fork: what one device draws
 * changes nothing for the others, and it does not matter which process it runs in.
 */
export class SeededRandom {
  readonly #seed: number;
  #state: number;

  /** @param seed A whole number; its lowest 32 bits count. */
  constructor(seed: number) {
    this.#seed = seed | 0;
    this.#state = this.#seed;
  }

  /** From 0, below 1. */
  next(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Any number from `low` to below `high`; `low` if they are the same. */
  within(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A stream of its own, known by a name and numbers, whatever was drawn here. */
  fork(name: string, ...numbers: readonly number[]): SeededRandom {
    let hash = this.#seed ^ 0x811c9dc5;
    for (let at = 0; at < name.length; at++) {
      hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    }
    for (const number of numbers) {
      hash = Math.imul(hash ^ number, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    }
    return new SeededRandom(hash ^ (hash >>> 16));
  }
}
