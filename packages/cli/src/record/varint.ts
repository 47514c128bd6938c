/**
 * Numbers of the recording format: LEB128, seven bits a byte, the lowest first, as the remaining
 * length of MQTT (3.1.1, 2.2.3) but up to 2^53 - 1 in eight bytes.
 */

/** Bytes that {@link writeVarint} needs. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** @param value A whole number from 0 to 2^53 - 1. @returns Where the next one begins. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= 0x80) {
    target[next++] = (rest % 0x80) + 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[next++] = rest;
  return next;
}

/** Reads numbers and bytes from front to back; `undefined` stands for one that is not whole. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A number; `undefined` if it is cut off or larger than 2^53 - 1. */
  varint(): number | undefined {
    let value = 0;
    let unit = 1;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return undefined;
      value += (byte % 0x80) * unit;
      if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
      unit *= 0x80;
    }
    return undefined;
  }

  byte(): number | undefined {
    return this.#bytes[this.#at++];
  }

  /** A view of the bytes; `undefined` if there are not so many. */
  bytes(length: number): Uint8Array | undefined {
    if (length > this.#bytes.length - this.#at) return undefined;
    const from = this.#at;
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }
}

const VARINT_BYTES_MAX = 8;
