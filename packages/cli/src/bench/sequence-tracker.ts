/** What is known of the numbers that came of a stream. */
export interface SequenceCounts {
  /** Different numbers that came. */
  readonly unique: number;
  /** Numbers that came again. */
  readonly duplicates: number;
  /** Numbers that came after a higher one, for the first time. */
  readonly reordered: number;
}

export type Arrival = 'next' | 'late' | 'duplicate';

/**
 * Tells apart, of the numbers that one receiver gets of one stream, those that are new, late and
 * double. What it has seen is kept as a bit for each number that is not far behind the highest, so
 * its memory is bounded; a number further behind than that counts as late.
 */
export class SequenceTracker implements SequenceCounts {
  unique = 0;
  duplicates = 0;
  reordered = 0;
  /** The first number that is expected: what came before it is of no interest. */
  readonly first: number;
  #highest: number;
  /** A ring of bits: whether a number was seen, for the last {@link WINDOW} of them. */
  readonly #seen = new Uint32Array(WINDOW / 32);

  /** @param first The lowest number that can come. */
  constructor(first: number) {
    this.first = first;
    this.#highest = first - 1;
  }

  /** The highest number that came; below {@link first} if none did. */
  get highest(): number {
    return this.#highest;
  }

  add(sequence: number): Arrival {
    if (sequence > this.#highest) {
      this.#advance(sequence);
      this.unique++;
      return 'next';
    }
    if (sequence > this.#highest - WINDOW) {
      if (this.#has(sequence)) {
        this.duplicates++;
        return 'duplicate';
      }
      this.#mark(sequence);
    }
    this.unique++;
    this.reordered++;
    return 'late';
  }

  /** How many of the numbers below `end` are missing. */
  missing(end: number): number {
    return Math.max(0, end - this.first - this.unique);
  }

  #advance(to: number): void {
    const from = Math.max(this.#highest + 1, to - WINDOW + 1);
    for (let number = from; number < to; number++) this.#clear(number);
    this.#mark(to);
    this.#highest = to;
  }

  #has(number: number): boolean {
    return ((this.#seen[(number % WINDOW) >>> 5]! >>> (number & 31)) & 1) === 1;
  }

  #mark(number: number): void {
    this.#seen[(number % WINDOW) >>> 5]! |= 1 << (number & 31);
  }

  #clear(number: number): void {
    this.#seen[(number % WINDOW) >>> 5]! &= ~(1 << (number & 31));
  }
}

/** Bits, a multiple of 32: 128 bytes for each receiver and stream. */
const WINDOW = 1024;
