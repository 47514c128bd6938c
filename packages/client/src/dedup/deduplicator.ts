import { checkRange } from '@magpie/protocol';
import { openEnvelope } from './envelope.js';
import { type Redeliverable, RedeliveryMemory } from './redelivery-memory.js';
import { SeenKeys } from './seen-keys.js';

/** A received message, as far as it matters whether it came before. */
export interface Arrived extends Redeliverable {
  readonly qos: 0 | 1 | 2;
}

/** Where the identifier of the application stands in a message, and how much is remembered. */
export interface DeduplicateOptions<M extends Arrived = Arrived> {
  /**
   * `'envelope'`: in front of the payload (envelope.ts). Or a function that finds it; for a message
   * that has none it returns `undefined` or throws. Without it, only redeliveries of the session
   * are told.
   */
  readonly messageId?: 'envelope' | ((message: M) => string | undefined);
  /** Most identifiers remembered: 1 or more; 10,000 if not given. */
  readonly keysMax?: number;
  /** Most bytes of them, as they are kept: 1 or more; 2 MiB if not given. */
  readonly bytesMax?: number;
  /** For how long, in ms: 1 or more; 10 minutes if not given. */
  readonly rememberMs?: number;
}

/** What a {@link Deduplicator} has counted. */
export interface DeduplicatorCounts {
  /** Dropped: sent again in this session, since the acknowledgement was lost. */
  readonly redeliveries: number;
  /** Dropped: the application's identifier was seen. */
  readonly repeatedIds: number;
  /** Passed on without a check: no identifier was found in the message. */
  readonly withoutId: number;
  /** Identifiers forgotten before their time, since `keysMax` or `bytesMax` was reached. */
  readonly evicted: number;
  /** Identifiers remembered now. */
  readonly remembered: number;
}

const KEYS_MAX = 10_000;
const BYTES_MAX = 2 * 1024 * 1024;
const REMEMBER_MS = 600_000;

/**
 * Finds the duplicates that QoS 1 allows, for one subscription.
 *
 * Two steps, since a message whose handling failed must come again: ask {@link isDuplicate} before
 * it is handed on, call {@link settle} when it was handled and its acknowledgement leaves.
 */
export class Deduplicator<M extends Arrived = Arrived> {
  readonly #messageId: DeduplicateOptions<M>['messageId'];
  readonly #redeliveries: RedeliveryMemory;
  readonly #ids: SeenKeys;
  #redeliveryCount = 0;
  #repeatedIds = 0;
  #withoutId = 0;

  /**
   * @param seed Random, 32 bits.
   * @throws {RangeError} if a limit is not a number of 1 or more.
   */
  constructor(options: DeduplicateOptions<M>, seed: number) {
    const { messageId, keysMax = KEYS_MAX, bytesMax = BYTES_MAX } = options;
    const { rememberMs = REMEMBER_MS } = options;
    const limits = { keysMax, bytesMax, rememberMs };
    for (const [name, value] of Object.entries(limits)) checkRange(name, value, 1);
    this.#messageId = messageId;
    this.#redeliveries = new RedeliveryMemory(seed, limits);
    this.#ids = new SeenKeys(limits);
  }

  get counts(): DeduplicatorCounts {
    return {
      redeliveries: this.#redeliveryCount,
      repeatedIds: this.#repeatedIds,
      withoutId: this.#withoutId,
      evicted: this.#ids.evicted,
      remembered: this.#ids.size,
    };
  }

  /** Whether this message was handled before. It is counted, and not remembered by the question. */
  isDuplicate(message: M, nowMs: number): boolean {
    if (message.qos === 1 && this.#redeliveries.isRedelivery(message, nowMs)) {
      this.#redeliveryCount++;
      return true;
    }
    if (this.#messageId === undefined) return false;
    const key = this.#keyOf(message);
    if (key === undefined) this.#withoutId++;
    else if (this.#ids.has(key, nowMs)) {
      this.#repeatedIds++;
      return true;
    }
    return false;
  }

  /** The message was handled: from now on it is a duplicate. */
  settle(message: M, nowMs: number): void {
    if (message.qos === 1) this.#redeliveries.settle(message, nowMs);
    const key = this.#keyOf(message);
    if (key !== undefined) this.#ids.add(key, nowMs);
  }

  /** The server holds no session of ours: packet identifiers start anew. */
  sessionLost(): void {
    this.#redeliveries.clear();
  }

  #keyOf(message: M): string | undefined {
    if (this.#messageId === 'envelope') {
      const opened = openEnvelope(message.payload);
      return opened && String.fromCharCode(...opened.id);
    }
    try {
      return this.#messageId?.(message);
    } catch {
      return undefined; // whoever publishes nonsense must not end the subscription
    }
  }
}
