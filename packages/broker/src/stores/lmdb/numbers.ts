/**
 * How numbers stand in keys and records.
 *
 * In keys: 8 bytes, big endian, so that order of bytes is order of numbers. In records: 7 bits a
 * byte, the lowest first, and the top bit of a byte says that another follows; most take 1 to 3
 * bytes. Both hold whole numbers from 0 to 2^53 - 1.
 */

/** Bytes of a number in a key. */
export const NUMBER_BYTES = 8;
/** Most bytes of a number in a record. */
export const VARINT_BYTES_MAX = 8;

/** In two halves, since a BigInt would be an allocation. */
export function writeNumber(target: DataView, at: number, number: number): void {
  target.setUint32(at, number / TWO_TO_32);
  target.setUint32(at + 4, number);
}

/** @throws {RangeError} if there are not 8 bytes. */
export function readNumber(source: DataView, at: number): number {
  return source.getUint32(at) * TWO_TO_32 + source.getUint32(at + 4);
}

/** Writes a number as short as it is. @returns Where it ends. */
export function writeVarint(target: Uint8Array, at: number, number: number): number {
  let rest = number;
  let end = at;
  while (rest >= 128) {
    target[end++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  target[end++] = rest;
  return end;
}

const TWO_TO_32 = 2 ** 32;
