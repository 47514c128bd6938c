import { isUtf8 } from 'node:buffer';

/**
 * Reads the parts of a record. What does not fit into the record is refused: nothing is made up.
 *
 * @throws {RangeError} from every method, if the record ends too early or is no such record.
 */
export class RecordReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint8(): number {
    const at = this.#at;
    if (at >= this.#bytes.length) throw new RangeError(`The record ends at byte ${at}`);
    this.#at = at + 1;
    return this.#bytes[at]!;
  }

  /** A number, see numbers.ts. */
  varint(): number {
    let number = 0;
    let factor = 1;
    for (;;) {
      const byte = this.uint8();
      number += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
    }
    if (!Number.isSafeInteger(number)) throw new RangeError(`A number of the record is ${number}`);
    return number;
  }

  /** A text behind its length. */
  text(): string {
    const length = this.varint();
    const start = this.#at;
    const end = start + length;
    const { length: size } = this.#bytes;
    if (end > size) throw new RangeError(`A text of the record ends at ${end} of ${size}`);
    this.#at = end;
    const bytes = this.#bytes.subarray(start, end);
    if (!isUtf8(bytes)) throw new RangeError(`A text of the record at byte ${start} is not UTF-8`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString();
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    const rest = new Uint8Array(this.#bytes.subarray(this.#at));
    this.#at = this.#bytes.length;
    return rest;
  }

  /** @throws {RangeError} if something is left. */
  expectEnd(): void {
    if (this.atEnd) return;
    throw new RangeError(`The record goes on behind byte ${this.#at} of ${this.#bytes.length}`);
  }
}
