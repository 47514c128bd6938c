import { readNumber } from './numbers.js';
import { CHECKSUM_BYTES, HEAD_BYTES, PUT } from './write-batch.js';

/**
 * Walks through the writes of a batch, see write-batch.ts.
 *
 * One object that moves on, since it runs per message. What {@link key} and {@link value} give are
 * views into the batch.
 */
export class BatchReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #next = 0;
  kind = 0;
  /** Place in `TABLES`. */
  table = 0;
  /** Where the write begins: its head, the key behind it. */
  start = 0;
  /** Where the value begins, or the second key of a range. */
  valueStart = 0;
  valueEnd = 0;

  constructor(bytes: Uint8Array, end: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = end;
  }

  /** Moves on to the next write. @returns Whether there is one. */
  next(): boolean {
    const start = this.#next;
    if (start >= this.#end) return false;
    this.start = start;
    this.kind = this.#bytes[start]!;
    this.table = this.#bytes[start + 1]!;
    this.valueStart = start + HEAD_BYTES + this.#view.getUint16(start + 2);
    this.valueEnd = this.valueStart + this.#view.getUint32(start + 4);
    this.#next = this.kind === PUT ? this.valueEnd + CHECKSUM_BYTES : this.valueEnd;
    return true;
  }

  /** The key, if it is a number: without the view that {@link key} makes. */
  get keyNumber(): number {
    return readNumber(this.#bytes, this.start + HEAD_BYTES);
  }

  /** The key: copied to `memory` if it is as long, else a view, which costs more. */
  keyIn(memory: Uint8Array): Uint8Array {
    const first = this.start + HEAD_BYTES;
    if (this.valueStart - first !== memory.length) return this.key;
    for (let at = 0; at < memory.length; at++) memory[at] = this.#bytes[first + at]!;
    return memory;
  }

  get key(): Uint8Array {
    return this.#bytes.subarray(this.start + HEAD_BYTES, this.valueStart);
  }

  get value(): Uint8Array {
    return this.#bytes.subarray(this.valueStart, this.valueEnd);
  }
}
