import { utf8Length, writeUtf8 } from '@magpie/protocol';
import { NUMBER_BYTES, VARINT_BYTES_MAX, writeNumber, writeVarint } from './numbers.js';
import { TABLE_CODES, type TableName } from './tables.js';

/** What a batch does with a key. */
export const PUT = 1;
export const REMOVE = 2;
export const REMOVE_RANGE = 3;

/** Bytes in front of a key. */
export const HEAD_BYTES = 8;
/** Bytes behind a value; the engine fills them. */
export const CHECKSUM_BYTES = 4;

/** Bytes of a batch, to be handed on: their memory is the receiver's. */
export interface BatchBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the last write ends. */
  readonly end: number;
}

/**
 * Writes for the engine, one behind the other in one piece of memory that goes to its thread whole.
 *
 *     put           1 · table 1 · key bytes 2 · value bytes 4 · key · value · checksum 4
 *     remove        2 · table 1 · key bytes 2 · 0           4 · key
 *     remove range  3 · table 1 · key bytes 2 · key bytes   4 · first key · key behind the last
 *
 * What the engine reads comes in the same form. A key or value is written in parts: `beginPut()`,
 * the parts of the key, `beginValue()`, the parts of the value, `end()`.
 */
export class WriteBatch {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #end = 0;
  /** Where the write begins that is being written. */
  #start = 0;
  /** Where the second part of it begins: the value, or the key behind a range. */
  #second = 0;

  /** @param bytes Of memory to begin with. */
  constructor(bytes = BYTES_MIN) {
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  get bytesUsed(): number {
    return this.#end;
  }

  beginPut(table: TableName): void {
    this.#begin(PUT, table);
  }

  beginRemove(table: TableName): void {
    this.#begin(REMOVE, table);
  }

  /** Ends the key. What follows is the value. */
  beginValue(): void {
    this.#second = this.#end;
  }

  /** Ends the write. */
  end(): void {
    const at = this.#start;
    const second = this.#second === 0 ? this.#end : this.#second;
    this.#view.setUint16(at + 2, second - at - HEAD_BYTES);
    this.#view.setUint32(at + 4, this.#end - second);
    if (this.#bytes[at] === PUT) {
      this.#reserve(CHECKSUM_BYTES);
      this.#end += CHECKSUM_BYTES;
    }
  }

  put(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.beginPut(table);
    this.raw(key);
    this.beginValue();
    this.raw(value);
    this.end();
  }

  /** The same for a value with its checksum behind it. */
  putWithChecksum(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.put(table, key, value);
    this.#end -= CHECKSUM_BYTES;
    this.#view.setUint32(this.#start + 4, value.length - CHECKSUM_BYTES);
  }

  remove(table: TableName, key: Uint8Array): void {
    this.beginRemove(table);
    this.raw(key);
    this.end();
  }

  /** Removes everything from `first` up to, and without, `behind`. */
  removeRange(table: TableName, first: Uint8Array, behind: Uint8Array): void {
    this.#begin(REMOVE_RANGE, table);
    this.raw(first);
    this.beginValue();
    this.raw(behind);
    this.end();
  }

  /** A part of a key: 8 bytes, see numbers.ts. */
  number(number: number): void {
    this.#reserve(NUMBER_BYTES);
    writeNumber(this.#bytes, this.#end, number);
    this.#end += NUMBER_BYTES;
  }

  uint8(number: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = number;
  }

  /** A number in as few bytes as it needs, see numbers.ts. */
  varint(number: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    this.#end = writeVarint(this.#bytes, this.#end, number);
  }

  /** A text: its length in bytes, then its UTF-8. */
  text(text: string): void {
    const length = utf8Length(text);
    this.varint(length);
    this.#reserve(length);
    this.#end = writeUtf8(text, this.#bytes, this.#end);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /**
   * Hands over what is there, and is empty.
   *
   * @param next Memory to go on with, e.g. that of a batch that has come back.
   */
  take(next: Uint8Array<ArrayBuffer> = new Uint8Array(BYTES_MIN)): BatchBytes {
    const taken = { bytes: this.#bytes, end: this.#end };
    this.#use(next);
    this.#end = 0;
    return taken;
  }

  #begin(kind: number, table: TableName): void {
    this.#reserve(HEAD_BYTES);
    this.#start = this.#end;
    this.#second = 0;
    this.#bytes[this.#end] = kind;
    this.#bytes[this.#end + 1] = TABLE_CODES[table];
    this.#end += HEAD_BYTES;
  }

  #reserve(bytes: number): void {
    const wanted = this.#end + bytes;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#use(grown);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

const BYTES_MIN = 16_384;
