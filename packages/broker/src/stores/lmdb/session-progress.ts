import type { ProgressRecord } from './records.js';

/** Messages that are not settled, in columns: an object each would cost more than to read them. */
export interface PendingMessages {
  readonly sequences: readonly number[];
  /** Where each lies and how it goes out: {@link arrivalIn}, {@link qosIn}, {@link retainedIn}. */
  readonly references: readonly number[];
}

/**
 * How far one session is with its messages, in memory: which of them are on disk and not settled.
 *
 * What is written of it is small: everything below the oldest pending sequence number is settled,
 * and above it the gaps between pending ones. A number that was never used counts as settled.
 *
 * Pending messages stand in two columns in order of sequence, 16 bytes each: there may be a million
 * of them. The second column is the arrival and, in its two lowest bits, how the message goes out.
 * They come and go in order but for late retained messages and for what is acknowledged out of
 * order; that one stays as a settled row until enough of them are worth a sweep.
 */
export class SessionProgress {
  /** Number of the session in this store; never used again. */
  readonly number: number;
  nextSequence = 0;
  #sequences: Float64Array = NOTHING;
  /** Arrival of each message, times 4, and its flags; 0 if it is settled. */
  #references: Float64Array = NOTHING;
  /** The oldest pending row. */
  #head = 0;
  #end = 0;
  /** Settled rows behind `#head`. */
  #settled = 0;
  /** Above the highest number that was settled out of order: there are no gaps from here on. */
  #gapsEnd = 0;
  /** QoS 2: PUBREC was seen, PUBCOMP was not. */
  #released: Set<number> | undefined;

  constructor(number: number) {
    this.number = number;
  }

  /** Takes over what was written; {@link add} what is pending then. */
  restore({ nextSequence, cursor, gaps }: ProgressRecord): void {
    this.nextSequence = Math.max(nextSequence, cursor);
    this.#gapsEnd = gaps.at(-1) ?? 0;
  }

  /** Messages that are not settled. */
  get pending(): number {
    return this.#end - this.#head - this.#settled;
  }

  /** Arrivals of the messages that are not settled. */
  *arrivals(): Generator<number> {
    for (let row = this.#head; row < this.#end; row++) {
      const reference = this.#references[row]!;
      if (reference !== 0) yield arrivalIn(reference);
    }
  }

  /** The first messages that are not settled, from a number on. */
  from(sequence: number, messagesMax: number): PendingMessages {
    const sequences: number[] = [];
    const references: number[] = [];
    for (let row = this.#find(sequence); row < this.#end; row++) {
      const reference = this.#references[row]!;
      if (reference === 0) continue;
      if (sequences.length === messagesMax) break;
      sequences.push(this.#sequences[row]!);
      references.push(reference);
    }
    return { sequences, references };
  }

  /** The arrival of a message; `undefined` if it is not pending. */
  arrivalOf(sequence: number): number | undefined {
    const row = this.#find(sequence);
    const reference = this.#references[row];
    const isThere = row < this.#end && this.#sequences[row] === sequence && reference !== 0;
    return isThere ? arrivalIn(reference!) : undefined;
  }

  /** Everything below is settled. */
  get cursor(): number {
    return this.#head < this.#end ? this.#sequences[this.#head]! : this.nextSequence;
  }

  /** What is to be written. */
  record(): ProgressRecord {
    const { nextSequence, cursor } = this;
    return { nextSequence, cursor, gaps: this.#gaps(cursor) };
  }

  /** A message that was on disk when the store was opened. */
  restorePending(sequence: number, arrival: number, qos: 1 | 2, retained: boolean): void {
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
    this.#insert(sequence, referenceOf(arrival, qos, retained));
  }

  /**
   * A new message.
   *
   * @returns Whether the record that was written before says of it that it is settled: then it has
   * to be written again.
   */
  add(sequence: number, arrival: number, qos: 1 | 2, retained: boolean): boolean {
    const late = sequence < this.nextSequence;
    const { cursor } = this;
    // What lies between stays settled.
    if (sequence < cursor) this.#gapsEnd = Math.max(this.#gapsEnd, cursor);
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
    this.#insert(sequence, referenceOf(arrival, qos, retained));
    return late;
  }

  /** @returns The arrival of the message; `undefined` if it is not pending. */
  settle(sequence: number): number | undefined {
    const row = this.#find(sequence);
    const reference = this.#references[row];
    if (row >= this.#end || this.#sequences[row] !== sequence || reference === 0) return undefined;
    this.#references[row] = 0;
    this.#settled++;
    if (row === this.#head) this.#moveHead();
    else this.#gapsEnd = Math.max(this.#gapsEnd, sequence + 1);
    if (this.#settled > SETTLED_MAX) this.#sweep();
    return arrivalIn(reference!);
  }

  /** PUBREC was seen. */
  release(sequence: number): void {
    (this.#released ??= new Set()).add(sequence);
  }

  /** PUBCOMP was seen. @returns Whether it was released. */
  complete(sequence: number): boolean {
    return this.#released?.delete(sequence) ?? false;
  }

  /** Runs of numbers that are not pending, above the cursor and up to `#gapsEnd`. */
  #gaps(cursor: number): number[] {
    const gaps: number[] = [];
    let behind = cursor;
    for (let row = this.#head; row < this.#end && behind < this.#gapsEnd; row++) {
      if (this.#references[row] === 0) continue;
      const sequence = this.#sequences[row]!;
      if (sequence > behind) gaps.push(behind, Math.min(sequence, this.#gapsEnd));
      behind = sequence + 1;
    }
    if (behind < this.#gapsEnd) gaps.push(behind, this.#gapsEnd);
    return gaps;
  }

  #moveHead(): void {
    while (this.#head < this.#end && this.#references[this.#head] === 0) {
      this.#head++;
      this.#settled--;
    }
    if (this.#head < this.#end) return;
    this.#head = 0;
    this.#end = 0;
    if (this.#sequences.length <= ROWS_KEPT_MAX) return;
    this.#sequences = NOTHING;
    this.#references = NOTHING;
  }

  #insert(sequence: number, reference: number): void {
    this.#makeRoom();
    let row = this.#end;
    if (row > this.#head && this.#sequences[row - 1]! > sequence) {
      row = this.#firstFrom(sequence);
      this.#sequences.copyWithin(row + 1, row, this.#end);
      this.#references.copyWithin(row + 1, row, this.#end);
    }
    this.#sequences[row] = sequence;
    this.#references[row] = reference;
    this.#end++;
  }

  /** Drops settled rows. */
  #sweep(): void {
    let to = 0;
    for (let row = this.#head; row < this.#end; row++) {
      if (this.#references[row] === 0) continue;
      this.#sequences[to] = this.#sequences[row]!;
      this.#references[to] = this.#references[row]!;
      to++;
    }
    this.#head = 0;
    this.#end = to;
    this.#settled = 0;
  }

  /** Room for one more row: moves to the front if half is free there, or doubles. */
  #makeRoom(): void {
    const { length } = this.#sequences;
    if (this.#end < length) return;
    const used = this.#end - this.#head;
    const roomy = used <= length / 2 && length > 0;
    const sequences = roomy ? this.#sequences : new Float64Array(Math.max(ROWS_MIN, 2 * length));
    const references = roomy ? this.#references : new Float64Array(sequences.length);
    sequences.set(this.#sequences.subarray(this.#head, this.#end));
    references.set(this.#references.subarray(this.#head, this.#end));
    this.#sequences = sequences;
    this.#references = references;
    this.#head = 0;
    this.#end = used;
  }

  /** The row of a number, if it is there. */
  #find(sequence: number): number {
    // Mostly all numbers from the oldest on are there.
    const row = this.#head + sequence - (this.#sequences[this.#head] ?? 0);
    if (row >= this.#head && this.#sequences[row] === sequence && row < this.#end) return row;
    return this.#firstFrom(sequence);
  }

  /** The first row with this number or a higher one. */
  #firstFrom(sequence: number): number {
    let low = this.#head;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sequences[middle]! < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function referenceOf(arrival: number, qos: 1 | 2, retained: boolean): number {
  return arrival * REFERENCE_STEP + (qos === 2 ? QOS_2 : 0) + (retained ? RETAINED : 0);
}

export function arrivalIn(reference: number): number {
  return Math.floor(reference / REFERENCE_STEP);
}

export function qosIn(reference: number): 1 | 2 {
  return ((reference % REFERENCE_STEP) & QOS_2) === 0 ? 1 : 2;
}

export function retainedIn(reference: number): boolean {
  return ((reference % REFERENCE_STEP) & RETAINED) !== 0;
}

/** Whether a record says that a message is settled. */
export function isSettled({ cursor, gaps }: ProgressRecord, sequence: number): boolean {
  if (sequence < cursor) return true;
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (gaps[middle]! <= sequence) low = middle + 1;
    else high = middle;
  }
  // An odd number of edges at or below: inside a gap.
  return low % 2 === 1;
}

const REFERENCE_STEP = 4;
const QOS_2 = 1;
const RETAINED = 2;
/** Shared by all sessions without messages. Never written: it has no room. */
const NOTHING = new Float64Array(0);
const ROWS_MIN = 8;
/** Settled rows that are worth a sweep. */
const SETTLED_MAX = 1024;
/** Rows whose memory is kept for what comes next. */
const ROWS_KEPT_MAX = 1024;
