import { type Reading } from './batch-format.js';
import { BatchWriter, packedBytes, readingBytes } from './batch-writer.js';

/** When a batch is full, and how much may wait. */
export interface BatchLimits {
  /** Bytes of a payload that are not exceeded by adding a reading: 1 to 268,435,455. */
  readonly batchBytesMax: number;
  /** Readings in one payload: 1 or more. */
  readonly batchReadingsMax: number;
  /** Longest time in ms that a reading waits for others: 0 or more. */
  readonly delayMs: number;
  /** Topics that have a batch open at one time: 1 or more. The oldest batch gives way. */
  readonly openBatchesMax: number;
}

export const BATCH_LIMITS: BatchLimits = {
  batchBytesMax: 16_384,
  batchReadingsMax: 4096,
  delayMs: 100,
  openBatchesMax: 256,
};

/** A batch that is to be published now. */
export interface ReadyBatch<W> {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** What was handed to {@link BatcherMachine.add} with the first of its readings. */
  readonly waiter: W;
}

interface OpenBatch<W> {
  readonly writer: BatchWriter;
  readonly dueMs: number;
  readonly waiter: W;
}

/**
 * Collects readings to one batch a topic, until a batch is full or old enough.
 *
 * Without I/O: time comes in, what is ready goes out into the caller's array, the next deadline is
 * asked for. What waits is at most `openBatchesMax` × `batchBytesMax` bytes; one larger reading is
 * a batch of its own and never waits.
 */
export class BatcherMachine<W> {
  readonly #limits: BatchLimits;
  readonly #newWaiter: () => W;
  /** In the order in which they were opened, which is the order of their deadlines. */
  readonly #open = new Map<string, OpenBatch<W>>();

  /** @param newWaiter Makes what the readings of one batch share, such as a promise. */
  constructor(limits: BatchLimits, newWaiter: () => W) {
    this.#limits = limits;
    this.#newWaiter = newWaiter;
  }

  /** Topics that have a batch open. */
  get openBatches(): number {
    return this.#open.size;
  }

  /** Bytes of the payloads that wait. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { writer } of this.#open.values()) bytes += writer.bytes;
    return bytes;
  }

  /** When {@link tick} wants to be called, on the caller's clock; `undefined` if nothing waits. */
  get nextTimeoutMs(): number | undefined {
    for (const { dueMs } of this.#open.values()) return dueMs;
    return undefined;
  }

  /**
   * Adds a reading to the batch of its topic.
   *
   * @returns What all readings of its batch share.
   * @throws {RangeError} if it is longer than 268,435,455 bytes.
   */
  add(topic: string, reading: Reading, nowMs: number, out: ReadyBatch<W>[]): W {
    const bytes = readingBytes(reading);
    let batch = this.#open.get(topic);
    if (
      batch !== undefined
      && batch.writer.bytes + packedBytes(bytes) > this.#limits.batchBytesMax
    ) {
      this.#close(topic, batch, out);
      batch = undefined;
    }
    batch ??= this.#begin(topic, nowMs, out);
    batch.writer.add(bytes);
    const { batchBytesMax, batchReadingsMax, delayMs } = this.#limits;
    const full = batch.writer.bytes >= batchBytesMax || batch.writer.count >= batchReadingsMax;
    if (full || delayMs === 0) this.#close(topic, batch, out);
    return batch.waiter;
  }

  /** Takes out what has waited long enough. */
  tick(nowMs: number, out: ReadyBatch<W>[]): void {
    for (const [topic, batch] of this.#open) {
      if (batch.dueMs > nowMs) return;
      this.#close(topic, batch, out);
    }
  }

  /** Takes out everything, oldest first. */
  flush(out: ReadyBatch<W>[]): void {
    for (const [topic, batch] of this.#open) this.#close(topic, batch, out);
  }

  #begin(topic: string, nowMs: number, out: ReadyBatch<W>[]): OpenBatch<W> {
    if (this.#open.size >= this.#limits.openBatchesMax) {
      for (const [oldest, batch] of this.#open) {
        this.#close(oldest, batch, out);
        break;
      }
    }
    const dueMs = nowMs + this.#limits.delayMs;
    const batch = { writer: new BatchWriter(), dueMs, waiter: this.#newWaiter() };
    this.#open.set(topic, batch);
    return batch;
  }

  #close(topic: string, batch: OpenBatch<W>, out: ReadyBatch<W>[]): void {
    this.#open.delete(topic);
    out.push({ topic, payload: batch.writer.finish(), waiter: batch.waiter });
  }
}
