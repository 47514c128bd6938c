import { type Range, without } from './ranges.js';

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
  /** Numbers below the highest that did not come, in order, but for {@link forgotten} ones. */
  #gaps: Range[] = [];
  /** How many numbers were in gaps that there was no room for. */
  forgotten = 0;
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
      if (sequence > this.#highest + 1) this.#skip([this.#highest + 1, sequence]);
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
    this.#fillGap(sequence);
    return 'late';
  }

  /** How many of the numbers below `end` are missing. */
  missing(end: number): number {
    return Math.max(0, end - this.first - this.unique);
  }

  /** Which of the numbers below `end` are missing, in order; but for {@link forgotten} ones. */
  gaps(end: number): readonly Range[] {
    const last: readonly Range[] = end > this.#highest + 1 ? [[this.#highest + 1, end]] : [];
    return [...this.#gaps, ...last];
  }

  #skip(gap: Range): void {
    this.#gaps.push(gap);
    if (this.#gaps.length <= GAPS_MAX) return;
    const [from, to] = this.#gaps.shift()!;
    this.forgotten += to - from;
  }

  #fillGap(sequence: number): void {
    const at = this.#gaps.findIndex(([from, to]) => from <= sequence && sequence < to);
    if (at === -1) this.forgotten = Math.max(0, this.forgotten - 1);
    else this.#gaps.splice(at, 1, ...without([this.#gaps[at]!], [[sequence, sequence + 1]]));
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
/** Gaps that are known one by one. Who has more of them has bigger problems. */
const GAPS_MAX = 1024;
