/** How much is remembered. */
export interface SeenLimits {
  /** Keys: 1 or more. */
  readonly keysMax: number;
  /** Bytes of all keys, as UTF-16: 1 or more. */
  readonly bytesMax: number;
  /** Time in ms for which a key is remembered: 1 or more. */
  readonly rememberMs: number;
}

/** Bytes that an entry takes beside the text of its key, roughly. */
const ENTRY_BYTES = 48;

/**
 * The keys seen lately, bounded in count, bytes and time. What does not fit any more is forgotten,
 * the oldest first.
 */
export class SeenKeys {
  readonly #limits: SeenLimits;
  /** When each key was seen last, oldest first. */
  readonly #seenAtMs = new Map<string, number>();
  /** Of all keys, as they are kept. */
  bytes = 0;
  /** Keys forgotten before their time, since `keysMax` or `bytesMax` was reached. */
  evicted = 0;

  constructor(limits: SeenLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#seenAtMs.size;
  }

  has(key: string, nowMs: number): boolean {
    this.#expire(nowMs);
    return this.#seenAtMs.has(key);
  }

  /** Remembers a key from now on; one that is known counts as seen just now. */
  add(key: string, nowMs: number): void {
    this.#expire(nowMs);
    this.#forget(key);
    this.#seenAtMs.set(key, nowMs);
    this.bytes += costOf(key);
    for (const oldest of this.#seenAtMs.keys()) {
      const { keysMax, bytesMax } = this.#limits;
      if (this.#seenAtMs.size <= keysMax && this.bytes <= bytesMax) return;
      this.#forget(oldest);
      this.evicted++;
    }
  }

  clear(): void {
    this.#seenAtMs.clear();
    this.bytes = 0;
  }

  #expire(nowMs: number): void {
    for (const [key, seenAtMs] of this.#seenAtMs) {
      if (nowMs - seenAtMs < this.#limits.rememberMs) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    if (this.#seenAtMs.delete(key)) this.bytes -= costOf(key);
  }
}

function costOf(key: string): number {
  return ENTRY_BYTES + 2 * key.length;
}
