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

/** The caller has made room. In two halves, since a BigInt would be an allocation. */
export function writeNumber(target: Uint8Array, at: number, number: number): void {
  writeHalf(target, at, Math.floor(number / TWO_TO_32));
  writeHalf(target, at + 4, number % TWO_TO_32);
}

/** The caller has seen to it that there are 8 bytes. */
export function readNumber(source: Uint8Array, at: number): number {
  return readHalf(source, at) * TWO_TO_32 + readHalf(source, at + 4);
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

function writeHalf(target: Uint8Array, at: number, half: number): void {
  target[at] = half >>> 24;
  target[at + 1] = half >>> 16;
  target[at + 2] = half >>> 8;
  target[at + 3] = half;
}

function readHalf(source: Uint8Array, at: number): number {
  const bits =
    (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
  return bits >>> 0;
}

const TWO_TO_32 = 2 ** 32;
