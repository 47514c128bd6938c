/**
 * Reads elements of DER (X.690) one after the other: as much of it as certificates and revocation
 * lists need. By hand, since what reads all of ASN.1 takes 13 s for a list of 100,000 certificates,
 * on the thread that serves the clients; this takes a tenth of one.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** The tag of the next element; `undefined` at the end. */
  get tag(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at] : undefined;
  }

  /**
   * The content of the next element.
   *
   * @param tag It has to have this one, if given.
   * @throws {RangeError} if it has another, or is cut off.
   */
  content(tag?: number): Buffer {
    const { start, end } = this.#next(tag);
    return this.#bytes.subarray(start, end);
  }

  /**
   * Goes into the next element, which holds others.
   *
   * @throws {RangeError} as {@link content} does.
   */
  inside(tag: number): DerReader {
    const { start, end } = this.#next(tag);
    return new DerReader(this.#bytes, start, end);
  }

  /** Leaves the next element out if it has one of these tags. */
  skip(...tags: readonly number[]): void {
    if (this.tag !== undefined && tags.includes(this.tag)) this.#next();
  }

  #next(expected?: number): { start: number; end: number } {
    const tag = this.#bytes[this.#at];
    if (expected !== undefined && this.tag !== expected) {
      throw new RangeError(`DER: element ${expected} expected, there is ${this.tag ?? 'none'}`);
    }
    if (tag === undefined || (tag & 0x1f) === 0x1f) throw new RangeError('DER: no element');
    let start = this.#at + 2;
    let length = this.#byte(this.#at + 1);
    if (length >= 0x80) {
      const lengthBytes = length & 0x7f;
      if (lengthBytes === 0 || lengthBytes > 4) throw new RangeError('DER: no such length');
      length = 0;
      for (let index = 0; index < lengthBytes; index++) {
        length = length * 256 + this.#byte(start + index);
      }
      start += lengthBytes;
    }
    const end = start + length;
    if (end > this.#end) throw new RangeError('DER: an element is cut off');
    this.#at = end;
    return { start, end };
  }

  #byte(at: number): number {
    const byte = at < this.#end ? this.#bytes[at] : undefined;
    if (byte === undefined) throw new RangeError('DER: an element is cut off');
    return byte;
  }
}

/** Tags of X.680 that certificates and lists are made of. */
export const DER = {
  integer: 0x02,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
  /** `[0]`, explicit: the version of a certificate. */
  version: 0xa0,
} as const;
