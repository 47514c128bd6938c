import { isUtf8 } from 'node:buffer';
import { TextTable } from './text-table.js';

/**
 * Reads the parts of records, one record after the other. What does not fit into the record is
 * refused: nothing is made up.
 *
 * @throws {RangeError} from every method, if the record ends too early or is no such record.
 */
export class RecordReader {
  readonly #texts = new TextTable();
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #at = 0;
  #end = 0;

  /** Begins with the record in bytes[start, end). */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.#bytes = bytes;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    return this;
  }

  get atEnd(): boolean {
    return this.#at === this.#end;
  }

  uint8(): number {
    if (this.#at >= this.#end) throw this.#problem(`ends at byte ${this.#at - this.#start}`);
    return this.#bytes[this.#at++]!;
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
    if (!Number.isSafeInteger(number)) throw this.#problem(`holds the number ${number}`);
    return number;
  }

  /** A text behind its length. */
  text(): string {
    const end = this.#endOfText();
    const start = this.#at;
    this.#at = end;
    return this.#texts.text(this.#bytes, start, end) ?? this.#decode(start, end);
  }

  /** Passes over a text. @returns How long it is as a string. */
  textLength(): number {
    const end = this.#endOfText();
    let length = 0;
    for (let at = this.#at; at < end; at++) {
      const byte = this.#bytes[at]!;
      // Bytes that continue a character do not count; one of four bytes counts twice.
      if (byte < 0x80 || byte >= 0xc0) length += byte >= 0xf0 ? 2 : 1;
    }
    this.#at = end;
    return length;
  }

  /** What the record lies in; from {@link position} on it is not read yet. */
  get source(): Uint8Array {
    return this.#bytes;
  }

  get position(): number {
    return this.#at;
  }

  /** Passes over all that is left. @returns How many bytes that are. */
  restLength(): number {
    const length = this.#end - this.#at;
    this.#at = this.#end;
    return length;
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at, this.#end);
    this.#at = this.#end;
    return rest;
  }

  /** @throws {RangeError} if something is left. */
  expectEnd(): void {
    if (!this.atEnd) throw this.#problem(`goes on behind byte ${this.#at - this.#start}`);
  }

  #endOfText(): number {
    const length = this.varint();
    const end = this.#at + length;
    if (end > this.#end) throw this.#problem(`ends in the middle of a text of ${length} bytes`);
    return end;
  }

  #decode(start: number, end: number): string {
    const bytes = this.#bytes.subarray(start, end);
    if (!isUtf8(bytes)) throw this.#problem('holds a text that is not UTF-8');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  }

  #problem(what: string): RangeError {
    return new RangeError(`it has ${this.#end - this.#start} bytes and ${what}`);
  }
}
