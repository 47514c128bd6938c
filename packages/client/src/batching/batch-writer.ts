import { checkRange, varintSize, writeVarint } from '@magpie/protocol';
import { BATCH_HEADER, type Reading, READING_BYTES_MAX } from './batch-format.js';

/** Bytes that a new batch sets aside; it doubles when they do not do. */
const CAPACITY_BYTES = 256;

/**
 * Packs readings into one payload, in the form that batch-format.ts describes.
 *
 * A reading is copied when it is added: its bytes stay the caller's.
 */
export class BatchWriter {
  #target = new Uint8Array(CAPACITY_BYTES);
  /** Of the payload as it is now. */
  bytes = BATCH_HEADER.length;
  /** Readings in the batch. */
  count = 0;

  constructor() {
    this.#target.set(BATCH_HEADER);
  }

  /** Adds a reading at the end, as {@link readingBytes} gives it. */
  add(reading: Uint8Array): void {
    this.#reserve(packedBytes(reading));
    const at = writeVarint(this.#target, this.bytes, reading.length);
    this.#target.set(reading, at);
    this.bytes = at + reading.length;
    this.count++;
  }

  /** The payload. It shares memory with this writer: nothing may be added after it. */
  finish(): Uint8Array {
    return this.#target.subarray(0, this.bytes);
  }

  #reserve(bytes: number): void {
    const needed = this.bytes + bytes;
    if (needed <= this.#target.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#target.length * 2));
    grown.set(this.#target.subarray(0, this.bytes));
    this.#target = grown;
  }
}

/** @throws {RangeError} if the reading is longer than 268,435,455 bytes. */
export function readingBytes(reading: Reading): Uint8Array {
  const bytes = typeof reading === 'string' ? new TextEncoder().encode(reading) : reading;
  checkRange('reading bytes', bytes.length, 0, READING_BYTES_MAX);
  return bytes;
}

/** Bytes that a reading adds to a batch. */
export function packedBytes({ length }: Uint8Array): number {
  return varintSize(length) + length;
}
