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

/** Numbers that did not come, between two that did. */
export interface Gap {
  readonly range: Range;
  /** With which connection of the receiver the one before came; 0: none did. */
  readonly before: number;
  /** With which the one behind came; `Infinity`: none did. */
  readonly after: number;
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
  /** With which connection it came. */
  #connection = 0;
  /** Numbers below the highest that did not come, in order, but for {@link forgotten} ones. */
  #gaps: Gap[] = [];
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

  /** @param connection Of the receiver, from 1: within one of them messages come in order. */
  add(sequence: number, connection = 1): Arrival {
    if (sequence > this.#highest) {
      if (sequence > this.#highest + 1) this.#skip(sequence, connection);
      this.#advance(sequence);
      this.#connection = connection;
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
  gaps(end: number): readonly Gap[] {
    const last = end > this.#highest + 1 ? [this.#gapTo(end, Infinity)] : [];
    return [...this.#gaps, ...last];
  }

  #gapTo(end: number, connection: number): Gap {
    return { range: [this.#highest + 1, end], before: this.#connection, after: connection };
  }

  #skip(to: number, connection: number): void {
    this.#gaps.push(this.#gapTo(to, connection));
    if (this.#gaps.length <= GAPS_MAX) return;
    const [from, end] = this.#gaps.shift()!.range;
    this.forgotten += end - from;
  }

  #fillGap(sequence: number): void {
    const at = this.#gaps.findIndex(({ range: [from, to] }) => from <= sequence && sequence < to);
    const gap = this.#gaps[at];
    if (gap === undefined) {
      this.forgotten = Math.max(0, this.forgotten - 1);
      return;
    }
    const left = without([gap.range], [[sequence, sequence + 1]]);
    this.#gaps.splice(at, 1, ...left.map((range) => ({ ...gap, range })));
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
