/** Where {@link MessageMemory.store} has put bytes. */
export interface StoredBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
}

/**
 * Memory for messages that outlive their turn by a little: in flight, or queued for a client that
 * is connected. Small ones share a block, since a buffer each would cost more than the message
 * (`bench --only fan-in-qos1`). A block is freed when the last message in it is, so what is kept
 * for long must not lie in one: it would keep its neighbours.
 */
export class MessageMemory {
  #block = new Uint8Array(0);
  #at = 0;

  /** Copies `source[start, end)`. The result is written once: use it before the next call. */
  store(source: Uint8Array, start: number, end: number): StoredBytes {
    const length = end - start;
    const view = source.subarray(start, end);
    if (length > SHARED_BYTES_MAX) return { bytes: new Uint8Array(view), start: 0 };
    if (this.#at + length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#at = 0;
    }
    const at = this.#at;
    this.#block.set(view, at);
    this.#at = at + length;
    return { bytes: this.#block, start: at };
  }
}

const BLOCK_BYTES = 16_384;
const SHARED_BYTES_MAX = 1024;
