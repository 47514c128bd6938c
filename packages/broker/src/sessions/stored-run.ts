/** A message that waits but lies in the store. */
export interface StoredPlace {
  readonly sequence: number;
  /** What it counts for the limits in bytes. */
  readonly bytes: number;
}

/**
 * Messages that wait one behind the other and lie in the store: their sequence numbers and sizes,
 * since a message that is dropped has to be named and discounted without reading it.
 *
 * Numbers that follow each other are the rule, so the sizes stand in one column of 4 bytes each:
 * there may be a million of them (`bench --only queue-memory`).
 */
export class StoredRun {
  /** Sizes by sequence number from `first` on; `HOLE` where no message is. */
  #sizes: Uint32Array = new Uint32Array(SIZES_MIN);
  #head = 0;
  #end = 0;
  #first: number;
  #length = 0;

  /** Begins with one message. */
  constructor(sequence: number, bytes: number) {
    this.#first = sequence;
    this.#add(bytes);
  }

  /** Messages in it. */
  get length(): number {
    return this.#length;
  }

  /** The number of the oldest one. Only while there is one. */
  get sequence(): number {
    return this.#first;
  }

  /**
   * Adds a message at the end.
   *
   * @param sequence Above all others.
   * @returns Whether it was added: a number that is far above the last needs a run of its own.
   */
  push(sequence: number, bytes: number): boolean {
    if (this.#length === 0) this.#first = sequence;
    const skipped = sequence - (this.#first + this.#end - this.#head);
    if (skipped > SKIPPED_MAX) return false;
    for (let hole = 0; hole < skipped; hole++) this.#put(HOLE);
    this.#add(bytes);
    return true;
  }

  /** Takes the oldest one out. `undefined`: there is none. */
  shift(): StoredPlace | undefined {
    if (this.#length === 0) return undefined;
    const place = { sequence: this.#first, bytes: this.#sizes[this.#head]! };
    do {
      this.#head++;
      this.#first++;
    } while (this.#head < this.#end && this.#sizes[this.#head] === HOLE);
    this.#length--;
    return place;
  }

  /** The numbers from one on. Others may be taken out and added meanwhile. */
  *sequences(from: number): Generator<number> {
    for (let sequence = Math.max(from, this.#first); ; sequence++) {
      sequence = Math.max(sequence, this.#first);
      const at = this.#head + sequence - this.#first;
      if (at >= this.#end) return;
      if (this.#sizes[at] !== HOLE) yield sequence;
    }
  }

  #add(bytes: number): void {
    this.#put(bytes);
    this.#length++;
  }

  #put(size: number): void {
    if (this.#end === this.#sizes.length) this.#makeRoom();
    this.#sizes[this.#end++] = size;
  }

  /** Moves to the front if half is free there, or doubles. */
  #makeRoom(): void {
    const used = this.#sizes.subarray(this.#head, this.#end);
    const roomy = used.length <= this.#sizes.length / 2;
    const sizes = roomy ? this.#sizes : new Uint32Array(2 * this.#sizes.length);
    sizes.set(used);
    this.#sizes = sizes;
    this.#head = 0;
    this.#end = used.length;
  }
}

const SIZES_MIN = 8;
/** Numbers without a message that a run holds a place for. */
const SKIPPED_MAX = 16;
/** More than any message has. */
const HOLE = 2 ** 32 - 1;
