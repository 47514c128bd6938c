const ORIGIN_BYTES = 12;
const COUNT_BYTES = 4;
const COUNT_END = 2 ** 32;

/**
 * Identifiers for envelopes: 12 bytes of chance, drawn once, and a counter.
 *
 * Unlike random ones they cost no chance for each message. When the counter is used up, after
 * 4,294,967,296 of them, chance is drawn anew.
 */
export class MessageIds {
  readonly #random: (target: Uint8Array) => void;
  readonly #origin = new Uint8Array(ORIGIN_BYTES);
  #count: number;

  /**
   * @param random Fills an array with random bytes, as `crypto.getRandomValues` does.
   * @param count Where the counter starts.
   */
  constructor(random: (target: Uint8Array) => void, count = 0) {
    this.#random = random;
    this.#count = count;
    random(this.#origin);
  }

  /** The next one, 16 bytes. */
  next(): Uint8Array {
    if (this.#count === COUNT_END) {
      this.#random(this.#origin);
      this.#count = 0;
    }
    const id = new Uint8Array(ORIGIN_BYTES + COUNT_BYTES);
    id.set(this.#origin);
    new DataView(id.buffer).setUint32(ORIGIN_BYTES, this.#count++);
    return id;
  }
}
